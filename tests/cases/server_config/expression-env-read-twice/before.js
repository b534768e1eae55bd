module.exports = ({ env }) => ({
  url: env('SITE') && env('SITE') + '/cms',
});
