const host = await Promise.resolve('a.example');
export default ({ env }) => ({
  url: env('PUBLIC_URL', `https://${host}`),
});
