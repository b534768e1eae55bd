module.exports = () => ({
  url: process.env.PUBLIC_URL ?? (globalThis.count(), `https://${globalThis.host}`),
});
