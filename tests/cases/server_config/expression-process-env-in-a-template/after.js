module.exports = {
  url: process.env.PUBLIC_URL ?? `https://${process.env.SITE_HOST}`,
};
