module.exports = ({ env }) => ({
  port: 1337,
  url: process.env['RENDER_EXTERNAL_URL'] ?? '',
});
