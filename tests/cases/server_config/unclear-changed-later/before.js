const config = { port: 1337 };
if (process.env.CI) config.url = 'http://ci';
module.exports = config;
