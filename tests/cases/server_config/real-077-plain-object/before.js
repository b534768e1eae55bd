const crypto = require('crypto');

module.exports = {
  host: process.env.HOST || '0.0.0.0',
  port: process.env.PORT || 1337,
  app: {
    keys: [crypto.createHash('md5').update('a').digest('base64')],
  },
};
