module.exports = {
  // For hot reload at another address than its own.
  devServer: { client: { webSocketURL: 'auto://0.0.0.0:0/ws' } },
};
