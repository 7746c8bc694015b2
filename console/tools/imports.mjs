// Who may import whom: what the folders promise, checked. `npm run lint` runs it.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXOTIC = ['echarts', 'd3-', 'topojson', 'us-atlas', 'world-atlas', 'zxing-wasm', '@tanstack/react-virtual', 'openapi-fetch'];
const CONTRACT = 'app/feature'; // what a feature tells of itself: the one file of app/ it may see

/** The room of a file: `features/orders` is one, `ui` is one. */
function room(path) {
  const [first, second] = path.split('/');
  return (first === 'features' || first === 'faces') && path.split('/').length > 2 ? `${first}/${second}` : first.replace(/\.tsx?$/, '');
}

/** Why a file may not import this; null: it may. `to` is a path under src, or a package. */
export function forbidden(from, to, isPackage) {
  const own = room(from);
  if (isPackage) {
    const exotic = EXOTIC.find((name) => to.startsWith(name));
    const allowed = own === 'ui' || (to === 'openapi-fetch' && own === 'api');
    return exotic && !allowed ? `only ui/ imports ${exotic}` : null;
  }
  const other = room(to);
  if (own === other || from === 'main.tsx' || own === 'test' || own === 'kit') return null;
  if (other.startsWith('features/') && from !== 'app/features.ts') return `${own} may not import a feature`;
  if (other.startsWith('faces/')) return `${own} may not import a face`;
  if (own === 'i18n') return 'i18n imports nothing of ours';
  if (own === 'api' && other !== 'i18n') return 'api imports no screen';
  if (own === 'ui' && other !== 'i18n') return 'ui knows no domain: it imports i18n only';
  if (own === 'domain' && !['api', 'i18n', 'ui'].includes(other)) return 'domain says how things are called and look: it imports api, i18n and ui only';
  if (own.startsWith('features/') && other === 'app' && to.replace(/\.tsx?$/, '') !== CONTRACT) return 'a feature sees of app/ its contract only';
  return null;
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;

/** Every import of a source text. */
export function importsOf(text) {
  return [...text.matchAll(IMPORT)].map((found) => found[1] ?? found[2] ?? found[3]);
}

function check(src) {
  const faults = [];
  for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(name) || name.endsWith('.d.ts')) continue;
    const from = name.replaceAll('\\', '/');
    for (const said of importsOf(readFileSync(join(src, name), 'utf8'))) {
      const local = said.startsWith('@/') ? said.slice(2) : said.startsWith('.') ? normalize(join(dirname(from), said)).replaceAll('\\', '/') : null;
      const why = forbidden(from, local ?? said, local === null);
      if (why) faults.push(`src/${from}: ${said}: ${why}`);
    }
  }
  return faults;
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] && relative(process.argv[1], here) === '') {
  const faults = check(join(dirname(here), '..', 'src'));
  faults.forEach((fault) => process.stderr.write(`${fault}\n`));
  process.exitCode = faults.length ? 1 : 0;
}
