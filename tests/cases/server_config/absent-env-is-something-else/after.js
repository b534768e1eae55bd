const env = process.env.NODE_ENV || 'development';

module.exports = {
  host: '0.0.0.0',
  port: env === 'production' ? 80 : 1337,
  url: process.env.PUBLIC_URL ?? '',
};
