module.exports = ({ env }) => ({
  url: env('NODE_ENV') === 'production' ? env('SITE') : undefined,
});
