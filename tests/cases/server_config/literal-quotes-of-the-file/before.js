module.exports = ({ env }) => ({
  port: env.int('PORT', 1337), // 'quotes' in 'comments' do not count
  url: "http://localhost:1337", // local
  app: { keys: env.array("APP_KEYS"), name: "a" },
});
