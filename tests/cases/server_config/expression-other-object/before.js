module.exports = ({ env }) => ({
  port: 1337,
  url: config.url,
});
