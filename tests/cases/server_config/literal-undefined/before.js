module.exports = ({ env }) => ({
  port: env.int('PORT', 1337),
  url: undefined,
});
