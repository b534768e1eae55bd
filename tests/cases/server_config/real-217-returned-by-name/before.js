module.exports = ({ env }) => {
  const serverConfig = {
    host: env('HOST', '0.0.0.0'),
    port: env.int('PORT', 1337),
    url: env('URL'),
    app: {
      keys: env.array('APP_KEYS'),
    },
  };
  console.log('server config', serverConfig);
  return serverConfig;
};
