const key = 'url';
module.exports = { port: 1337, [key]: 'https://api.example.com' };
