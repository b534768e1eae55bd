const ssl = process.env.SSL && { proxy: true };
module.exports = ({ env }) => ({
  url: env('PUBLIC_URL', `https://${globalThis.host}`),
  ...(env.bool('LIVE', false) ? { host: '0.0.0.0' } : {}),
  ...(env.bool('LIVE', false) && { proxy: true }),
});
