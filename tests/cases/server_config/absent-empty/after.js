module.exports = { url: process.env.PUBLIC_URL ?? '' };
