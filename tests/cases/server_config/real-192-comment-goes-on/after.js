module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: env('PUBLIC_URL', 'http://localhost:10000'), 
       //'https://profound-kit-finer.ngrok-free.app',
  app: {
    keys: env.array('APP_KEYS'),
  },
});
