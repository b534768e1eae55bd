module.exports = ({ env }) => ({
  url: env('PUBLIC_URL', 'http://localhost:1337'),
  //url: 'https://api.socit.org',
  url: 'http://localhost:1337',
});
