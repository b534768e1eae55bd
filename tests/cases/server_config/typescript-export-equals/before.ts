const config = {
  port: 1337,
};

export = config;
