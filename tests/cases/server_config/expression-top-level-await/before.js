const host = await Promise.resolve('a.example');
export default ({ env }) => ({
  url: `https://${host}`,
});
