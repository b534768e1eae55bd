module.exports = { url() { return 'https://api.example.com'; } };
