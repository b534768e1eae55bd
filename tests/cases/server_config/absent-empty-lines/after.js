module.exports = ({ env }) => {
  return {
    url: env('PUBLIC_URL', ''),
  };
};
