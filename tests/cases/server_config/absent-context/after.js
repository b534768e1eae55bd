module.exports = (ctx) => ({
  host: ctx.env('HOST', '0.0.0.0'),
  port: ctx.env.int('PORT', 1337),
  url: ctx.env('PUBLIC_URL', ''),
});
