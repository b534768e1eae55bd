export default ({ env }) => ({
  url: (env.bool('LIVE', false) ? 'https://a.example' : '') satisfies string,
});
