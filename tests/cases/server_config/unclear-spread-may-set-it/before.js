const shared = require('./shared');

module.exports = ({ env }) => ({
  url: 'https://api.example.com',
  ...shared,
});
