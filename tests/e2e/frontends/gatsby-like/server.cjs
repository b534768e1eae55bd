// As `gatsby develop` serves: express, webpack-dev-middleware, and the page of an error that shows a
// file of the project. Its packages are those of webpack-dev-server.
const fs = require("node:fs");
const path = require("node:path");
const express = require("express");
const webpack = require("webpack");
const middleware = require("webpack-dev-middleware");

const app = express();
const compiler = webpack({
  mode: "development",
  context: __dirname,
  entry: "./page.js",
  output: { publicPath: "/", path: path.join(__dirname, "public") },
});

app.get("/__file-code-frame", (request, response) => {
  const file = path.resolve(__dirname, String(request.query.filePath));
  if (!file.startsWith(__dirname + path.sep)) {
    response.status(400).send("outside of the site");
    return;
  }
  response.json({ codeFrame: fs.readFileSync(file, "utf8") });
});
app.use(middleware(compiler, { publicPath: "/" }));
app.use(express.static(path.join(__dirname, "public")));
app.get("/", (_, response) => {
  response.send('<!doctype html><script src="/main.js"></script>');
});
app.use((_, response) => {
  response.status(404).send("Gatsby.js development 404 page");
});
app.listen(Number(process.argv[2]), "127.0.0.1");
