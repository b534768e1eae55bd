module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: 'http://localhost:1337',
  //url: 'https://api.socit.org',
  url: env('PUBLIC_URL', 'http://localhost:1337'),
});
