const config = {
  port: 1337,
  url: process.env.PUBLIC_URL ?? '',
};

export = config;
