module.exports = ({ env: _env }) => {
  const env = { host: _env('HOST'), port: _env('PORT') };
  const defaults = { url: "http://" + env.host + ":" + env.port, admin_url: undefined };

  return {
    host: _env("HOST", "0.0.0.0"),
    port: _env.int("PORT", 1337),
    url: _env("URL", defaults.url),
    admin: {
      url: _env("ADMIN_URL", defaults.admin_url),
    },
  };
};
