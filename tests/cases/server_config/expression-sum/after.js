module.exports = ({ env }) => ({
  port: 1337,
  url: env('PUBLIC_URL', 'http://' + env('HOST')),
});
