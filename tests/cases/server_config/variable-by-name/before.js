module.exports = ({ env }) => {
  const publicUrl = env('PUBLIC_URL', '');
  return { url: publicUrl, admin: { url: `${publicUrl}/admin` } };
};
