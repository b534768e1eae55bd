module.exports = ({ env }) => ({
  url: env('PUBLIC_URL', ''),
  // signs the session cookies
  app: {
    keys: env.array('APP_KEYS'),
  },
});
