module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  url: `https://api.example.com/é`,
  port: env.int('PORT', 1337)
});
