const url = () => 'https://a.example';
module.exports = ({ env }) => ({ port: env.int('PORT', 1337), url });
