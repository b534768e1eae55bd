export default ({ env }) => ({
  url: env('PUBLIC_URL', (env.bool('LIVE', false) ? 'https://a.example' : '') satisfies string),
});
