module.exports = ({ env }) => ({
  port: 1337,
  url: env('APP_URL', env('OTHER', `http://${env('HOST')}`)),
});
