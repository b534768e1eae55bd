module.exports = {
  port: 1337,
  url: process.env.SITE ? 'https://' + process.env.SITE : 'http://localhost:1337',
};
