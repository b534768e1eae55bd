const config = { port: 1337 };
Object.assign(config, require('./local'));
module.exports = config;
