const env = require('./env');

module.exports = () => ({ url: env('PUBLIC_URL') });
