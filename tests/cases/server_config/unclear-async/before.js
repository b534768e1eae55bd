module.exports = async ({ env }) => ({
  port: 1337,
});
