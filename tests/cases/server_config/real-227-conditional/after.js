module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: env('PUBLIC_URL', env('NODE_ENV') === 'production' ? env('RENDER_EXTERNAL_URL', 'https://a.onrender.com') : ''),
});
