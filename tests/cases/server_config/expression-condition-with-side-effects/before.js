module.exports = ({ env }) => ({
  port: env.int('PORT', 1337),
  url: globalThis.count() > 0 ? 'https://a.example' : undefined,
});
