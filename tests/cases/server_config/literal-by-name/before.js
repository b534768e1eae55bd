const url = 'https://api.example.com';

module.exports = ({ env }) => ({
  port: env.int('PORT', 1337),
  url,
  admin: { url: `${url}/admin` },
});
