'use strict';

const { createHash } = require('node:crypto');
const { PassThrough, Readable } = require('node:stream');

const PIECE = Buffer.alloc(1_000_000, '0123456789abcdef');

/** Give Strapi a download of 50 MB, an endless event stream and a web socket, below its API. */
module.exports = (strapi) => {
  strapi.server.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/api/download') {
      ctx.status = 200;
      ctx.type = 'application/octet-stream';
      ctx.body = Readable.from(Array(50).fill(PIECE));
    } else if (ctx.path === '/api/events') {
      ctx.status = 200;
      ctx.type = 'text/event-stream';
      ctx.set('Cache-Control', 'no-transform');
      ctx.body = new PassThrough();
      ctx.body.write('data: one\n\n');
    }
  });
  strapi.server.httpServer.on('upgrade', (request, socket) => {
    if (request.url !== '/api/socket') return;
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accepted = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accepted}\r\n\r\n\x81\x05hello`,
      'latin1',
    );
  });
};
