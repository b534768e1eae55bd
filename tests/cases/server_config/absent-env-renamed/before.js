module.exports = ({ env: e }) => ({
  host: e('HOST', '0.0.0.0'),
  port: e.int('PORT', 1337),
});
