// Fails the build when what a browser must load grows past its budget. Sizes are gzip -9, in bytes.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FIRST = 160_000; // what sign-in and the list of conversations need before they can be used
const CHUNK = 40_000; // any page that is loaded later
const STYLES = 16_000;

const folder = new URL('../dist/', import.meta.url);
const packed = (name) => gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length;
const html = readFileSync(new URL('index.html', folder), 'utf8');
const first = new Set([...html.matchAll(/\/console\/(assets\/[^"]+\.js)/g)].map((match) => match[1]));
const files = readdirSync(new URL('assets/', folder)).map((name) => `assets/${name}`);
let total = 0;
let styles = 0;
let over = false;
for (const name of files) {
  if (name.endsWith('.css')) styles += packed(name);
  if (!name.endsWith('.js')) continue;
  const size = packed(name);
  if (first.has(name)) total += size;
  else if (size > CHUNK) over = true;
  console.log(`${first.has(name) ? 'first' : 'later'}  ${String(size).padStart(7)}  ${name}`);
}
console.log(`first load ${total} of ${FIRST}, styles ${styles} of ${STYLES}`);
if (over || total > FIRST || styles > STYLES) {
  console.error('over budget');
  process.exit(1);
}
