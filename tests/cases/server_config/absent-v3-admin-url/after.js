module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: env('PUBLIC_URL', ''),
  admin: {
    url: '/dashboard',
    auth: {
      url: 'https://sso.example.com',
      secret: env('ADMIN_JWT_SECRET', '0123456789abcdef'),
    },
  },
});
