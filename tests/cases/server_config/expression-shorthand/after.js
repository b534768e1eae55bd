const { url } = { url: `https://${globalThis.host}` };
module.exports = ({ env }) => ({ port: env.int('PORT', 1337), url: env('PUBLIC_URL', url) });
