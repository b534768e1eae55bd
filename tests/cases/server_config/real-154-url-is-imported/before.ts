import { url } from "inspector";

export default ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: env('SERVER_URL'),
  admin: { url: env('SERVER_URL') ? `${env('SERVER_URL')}/admin` : '/admin' },
});
