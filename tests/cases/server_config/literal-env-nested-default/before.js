module.exports = ({ env }) => ({
  url: env('https://a.example.com', env('', "http://localhost:1337")),
});
