module.exports = ({ env }) => {
  return {
  };
};
