module.exports = ({ env }) => ({
  app: { keys: env.array('APP_KEYS') },
  host: env('HOST', '0.0.0.0'),
});
