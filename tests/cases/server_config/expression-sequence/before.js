module.exports = () => ({
  url: (globalThis.count(), `https://${globalThis.host}`),
});
