module.exports = {
  get url() {
    return 'https://api.example.com';
  },
};
