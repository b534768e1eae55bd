module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: env('URL'),
});

module.exports = strapi => {
  return {
    url: process.env.PUBLIC_URL ?? '',
    initialize() {
      strapi.app.use(async (ctx, next) => { await next(); });
    },
  };
};
