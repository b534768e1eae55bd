module.exports = ({ env }) => ({
  url: '' || env('SITE'),
});
