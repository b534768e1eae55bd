module.exports = ({ env }) => ({
  port: 1337,
  url: process.env.CMSURL || 'http://localhost:1337',
});
