const env = require('./env');

module.exports = () => ({ url: process.env.PUBLIC_URL ?? env('PUBLIC_URL') });
