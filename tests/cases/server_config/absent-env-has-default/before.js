module.exports = ({ env = process.env } = {}) => ({
  port: 1337,
});
