export default ({ env }) => ({
  url: <const> 'http://localhost:1337',
  port: env.int('PORT', 1337),
});
