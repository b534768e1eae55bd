module.exports = ({ env }) => ({
  host: env("HOST", "0.0.0.0"),
  port: env.int("PORT", 1337),
  url: env(
    "URL",
    "http://3.209.214.84:1337",
    "https://www.fountaininstitute.in/"
  ),
});
