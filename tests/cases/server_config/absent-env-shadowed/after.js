module.exports = ({ env: settings }) => {
  const env = settings('NODE_ENV', 'development');
  return {
    port: env === 'production' ? 80 : 1337,
    url: settings('PUBLIC_URL', ''),
  };
};
