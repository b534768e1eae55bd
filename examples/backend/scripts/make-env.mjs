// Writes .env from .env.example, with random secrets. An .env that is there stays as it is.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
const env = example.replace(/toBeModified\d*/g, () => randomBytes(16).toString('base64'));

try {
  writeFileSync(new URL('../.env', import.meta.url), env, { flag: 'wx', mode: 0o600 });
  console.log('Wrote .env with new secrets.');
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  console.log('.env is there already: nothing changed.');
}
