module.exports = ({ env }) => ({
  "host": "0.0.0.0",
  "port": 1337
});
