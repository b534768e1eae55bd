const { withDefaults } = { withDefaults: (config) => config };
module.exports = withDefaults({ url: 'https://a.example' });
