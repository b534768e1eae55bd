module.exports = ({ env }) => ({
  // signs the session cookies
  app: {
    keys: env.array('APP_KEYS'),
  },
});
