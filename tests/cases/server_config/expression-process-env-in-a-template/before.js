module.exports = {
  url: `https://${process.env.SITE_HOST}`,
};
