const config = {
  port: 1337,
  url: (process.env.PUBLIC_URL ?? 'https://api.example.com' as string)!,
} as const;

export default config;
