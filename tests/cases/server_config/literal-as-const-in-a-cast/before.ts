export default {
  port: 1337,
  url: ("http://localhost:1337" as const) satisfies string,
};
