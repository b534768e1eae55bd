module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  ...(env('NODE_ENV') === 'production' ? { url: '/cms', proxy: true } : {}),
  port: env.int('PORT', 1337),
});
