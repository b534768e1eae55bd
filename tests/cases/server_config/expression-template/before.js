module.exports = ({ env }) => ({
  port: 1337,
  url: `https://${env('RAILWAY_PUBLIC_DOMAIN')}`,
});
