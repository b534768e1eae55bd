// One file a line, base64, in; one line of JSON out: what each dotenv reads in it.
// base64, since the files hold bytes that are not UTF-8.
const { createInterface } = require('node:readline')
const names = ['dotenv14', 'dotenv16', 'dotenv17', 'dotenv-newest']
const packages = names.map((name) => [name, require(name)])

createInterface({ input: process.stdin }).on('line', (line) => {
  const source = Buffer.from(line, 'base64')
  const readings = packages.map(([name, dotenv]) => [name, dotenv.parse(source)])
  process.stdout.write(`${JSON.stringify(Object.fromEntries(readings))}\n`)
})
