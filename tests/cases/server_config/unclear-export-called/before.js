module.exports = require('./make')({ port: 1337 });
