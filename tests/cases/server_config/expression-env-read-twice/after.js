module.exports = ({ env }) => ({
  url: env('PUBLIC_URL', env('SITE') && env('SITE') + '/cms'),
});
