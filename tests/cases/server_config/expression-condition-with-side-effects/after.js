module.exports = ({ env }) => ({
  port: env.int('PORT', 1337),
  url: env('PUBLIC_URL', globalThis.count() > 0 ? 'https://a.example' : undefined),
});
