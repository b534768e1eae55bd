module.exports = ({ env }) => ({
  port: env.int(
    'PORT',
    1337
  ),
  url: env('PUBLIC_URL', ''),
  host: '0.0.0.0'
});
