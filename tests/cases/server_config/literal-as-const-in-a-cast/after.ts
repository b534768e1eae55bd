export default {
  port: 1337,
  url: (process.env.PUBLIC_URL ?? "http://localhost:1337") satisfies string,
};
