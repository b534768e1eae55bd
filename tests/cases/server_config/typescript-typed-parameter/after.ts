export interface Config { url: string }

export default ({ env }: { env: any }): Config => ({
    host: env("HOST", "0.0.0.0"),
    port: env.int("PORT", 1337),
    url: env("PUBLIC_URL", "http://localhost:1337"),
});
