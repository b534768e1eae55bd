module.exports = ({ env }) => ({
  port: 1337,
  url: env('PUBLIC_URL', `https://${env('RAILWAY_PUBLIC_DOMAIN')}`),
});
