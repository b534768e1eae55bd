const url = 'https://api.example.com';

module.exports = ({ env }) => ({
  port: env.int('PORT', 1337),
  url: env('PUBLIC_URL', url),
  admin: { url: `${url}/admin` },
});
