module.exports = {
  host: '0.0.0.0', port: 1337, url: process.env.PUBLIC_URL ?? '', /* c */ proxy: true,
  app: { keys: ['a', 'b'] },
};
