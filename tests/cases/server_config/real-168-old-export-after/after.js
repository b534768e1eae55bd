module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: env('PUBLIC_URL', ''),
});

/*
export default ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  url: 'https://old.example.com',
});
*/
