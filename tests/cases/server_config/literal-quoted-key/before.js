module.exports = {
  "port": 1337,
  "url": "https://api.example.com"
}
