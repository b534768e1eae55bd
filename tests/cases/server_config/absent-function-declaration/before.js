'use strict';

function server({ env }) {
  return {
    host: env('HOST', '0.0.0.0'),
    port: env.int('PORT', 1337),
  };
}

module.exports = server;
