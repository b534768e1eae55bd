module.exports = { port: 1337 };
module.exports.url = 'https://api.example.com';
