const shared = { url: 'https://old.example.com', proxy: true };

module.exports = ({ env }) => ({
  ...shared,
  url: 'https://api.example.com',
});
