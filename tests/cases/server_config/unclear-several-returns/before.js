module.exports = ({ env }) => {
  if (env('NODE_ENV') === 'production') {
    return { url: 'https://api.example.com' };
  }
  return { port: 1337 };
};
