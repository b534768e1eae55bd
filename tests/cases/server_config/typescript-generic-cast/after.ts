const server = <T,>({ env }: StrapiEnv) =>
  <T>{
    port: env.int('PORT', 1337),
    url: env('PUBLIC_URL', 'https://api.example.com'),
  };

export { server as default };
