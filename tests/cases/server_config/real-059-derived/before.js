const { hostname, port } = new URL(process.env.NEXT_PUBLIC_API_URL || 'http://localhost:1337')

module.exports = ({ env }) => ({
  host: env('HOST', hostname),
  port: env.int('PORT', port),
  app: {
    keys: env.array('APP_KEYS'),
  },
})
