module.exports = ({ env }) => ({
  port: 1337,
  url: getUrl(env),
});
