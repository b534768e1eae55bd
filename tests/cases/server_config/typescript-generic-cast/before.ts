const server = <T,>({ env }: StrapiEnv) =>
  <T>{
    port: env.int('PORT', 1337),
    url: 'https://api.example.com',
  };

export { server as default };
