module.exports = ({ env }) => ({
  url: 'https://a.example',
  ...(env.bool('LIVE', false) ? { url: 'https://b.example' } : {}),
});
