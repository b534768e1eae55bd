if (process.env.CI) {
  module.exports = { url: 'http://ci' };
} else {
  module.exports = { port: 1337 };
}
