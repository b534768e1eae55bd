module.exports = (ctx) => {
  const { env } = ctx;

  return {
    host: env('HOST', '0.0.0.0'),
    port: env.int('PORT', 1337),
    url: env('PUBLIC_URL', ''),
  };
};
