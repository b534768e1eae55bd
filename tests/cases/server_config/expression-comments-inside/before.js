module.exports = ({ env }) => ({
  url: // where it is published
    env.bool('LIVE', false) // on the server
      ? /* live */ `https://${env('HOST_NAME', 'a.example')}`
      : 'http://localhost:1337', // here
});
