module.exports = ({ env }) => ({
  port: 1337,
  url: env('STRAPI_URL', 'http://localhost:1337'),
});
