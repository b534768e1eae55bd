export default ({ env }) => {
  return {
    host: env('HOST', '0.0.0.0'),
    port: env.int('PORT', 1337),
    url: env('PUBLIC_STRAPI_DOMAIN'),
  } as Strapi.Config.Server;
};
