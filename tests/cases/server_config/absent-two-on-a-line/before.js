module.exports = {
  host: '0.0.0.0', port: 1337, /* c */ proxy: true,
  app: { keys: ['a', 'b'] },
};
