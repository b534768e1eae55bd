const shared = { url: 'https://old.example.com', proxy: true };

module.exports = ({ env }) => ({
  ...shared,
  url: env('PUBLIC_URL', 'https://api.example.com'),
});
