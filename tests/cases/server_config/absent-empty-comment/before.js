module.exports = () => ({
  // url: 'https://example.com',
});
