import type { Core } from '@strapi/strapi';

export default ({ env }: { env: any }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: 'https://1f2e.ngrok-free.app',
} satisfies Core.Config.Server);
