const address = (env) => (env.bool('LIVE', false) ? 'https://a.example' : '');
module.exports = ({ env }) => ({
  'url': env('PUBLIC_URL', address(env)),
});
