module.exports = (ctx) => ({
  host: ctx.env('HOST', '0.0.0.0'),
  port: ctx.env.int('PORT', 1337),
});
