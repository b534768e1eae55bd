module.exports = ({ env }) => ({
  port: env.int(
    'PORT',
    1337
  ),
  host: '0.0.0.0'
});
