function broken() {
  throw new Error('no address');
}
module.exports = ({ env }) => ({
  url: broken(),
});
