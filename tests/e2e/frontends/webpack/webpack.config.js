module.exports = {
  mode: 'development',
  entry: './src/main.js',
  dotenv: true, // `WEBPACK_…` from .env
  devtool: false,
  devServer: {
    host: 'localhost',
    historyApiFallback: true,
    static: './public',
  },
};
