module.exports = () => ({
  url: process.env.PUBLIC_URL ?? '',
  // url: 'https://example.com',
});
