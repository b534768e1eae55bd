module.exports = { port: 1337 };
export default { port: 1338 };
