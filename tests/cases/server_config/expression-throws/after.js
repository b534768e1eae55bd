function broken() {
  throw new Error('no address');
}
module.exports = ({ env }) => ({
  url: env('PUBLIC_URL', broken()),
});
