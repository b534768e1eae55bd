module.exports = ({ env }) => {
  const name = env('NODE_ENV');
  {
    const env = name;
    module.paths.push(env);
  }
  return { port: 1337, url: env('PUBLIC_URL', '') };
};
