module.exports = ({ env }) => ({
  port: 1337,
  url: env('URL') || env('PUBLIC_URL'),
});
