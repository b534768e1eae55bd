module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'), // все интерфейсы ✓
  port: env.int('PORT', 1337), /* 1337 */ // не менять
  url: env('PUBLIC_URL', ''),
  // keys below
  app: { keys: env.array('APP_KEYS') },
});
