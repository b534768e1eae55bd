module.exports = ({ env = process.env } = {}) => ({
  port: 1337,
  url: process.env.PUBLIC_URL ?? '',
});
