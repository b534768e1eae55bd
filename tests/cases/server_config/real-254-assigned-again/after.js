/* module.exports = ({ env }) => ({ url: 'https://old.example.com' }); */
module.exports = ({ env }) => {
  let url = "https://2fqabc.execute-api.amazonaws.com/dev";
  if (env("IS_OFFLINE", null) === "true") {
    url = "http://localhost:3000/dev";
  }
  return {
    host: env("HOST", "0.0.0.0"),
    port: env.int("PORT", 1337),
    url: env("PUBLIC_URL", url),
    admin: { url: "/" },
  };
};
