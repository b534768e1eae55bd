module.exports = ({ env }) => ({
  port: 1337,
  url: 1337,
});
