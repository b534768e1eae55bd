module.exports = { siteMetadata: { title: 'Corner Café' } };
