module.exports = {
  port: 1337,
  url: null
};
