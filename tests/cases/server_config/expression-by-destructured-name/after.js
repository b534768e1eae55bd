const { SITE = 'https://a.example' } = process.env;
module.exports = ({ env }) => ({ port: env.int('PORT', 1337), url: env('PUBLIC_URL', SITE) });
