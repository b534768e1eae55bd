module.exports = {
  host: "0.0.0.0",
  url:
    process.env.PUBLIC_URL ?? (process.env.NODE_ENV === "production"
      ? "https://myapp-sahani.herokuapp.com"
      : "http://65cf2d9262e8.ngrok.io"),
};
