const config = {
  port: 1337,
  url: ('https://api.example.com' as string)!,
} as const;

export default config;
