module.exports = ({ env }) => ({
  url: env('PUBLIC_URL', env('NODE_ENV') === 'production' ? env('SITE') : undefined),
});
