// What a first visit loads before anything can be seen, packed by brotli: scripts and styles of each page, fonts beside.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KB_MAX = { 'index.html': 230, 'store.html': 200, 'portal.html': 110 };
const out = process.env.ENTREPOT_CONSOLE_OUT ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'entrepot', '_console');

const size = (name) => {
  for (const ending of ['.br', '']) {
    try {
      return statSync(join(out, name + ending)).size;
    } catch {
      /* small files are not packed */
    }
  }
  throw new Error(`${name} is named by a page and was not built`);
};

for (const [page, most] of Object.entries(KB_MAX)) {
  const html = readFileSync(join(out, page), 'utf8');
  const names = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((found) => found[1]);
  const kb = [page, ...names].reduce((sum, name) => sum + size(name), 0) / 1000;
  const line = `${page.padEnd(12)} ${kb.toFixed(1).padStart(6)} kB of ${most}`;
  if (kb > most) {
    process.stderr.write(`${line}: over its budget\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${line}\n`);
}
