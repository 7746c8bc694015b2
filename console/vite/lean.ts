import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const ID = 'virtual:mantine.css';
const RESOLVED = '/__mantine.css';

/**
 * Mantine's style sheet without the rules of components nobody imports: `import 'virtual:mantine.css'`. Which ones are
 * used is read from the sources and from Mantine's own imports, so that nothing has to be listed by hand.
 */
export function leanMantine({ src, modules }: { src: string; modules: string }): Plugin {
  const core = join(modules, '@mantine', 'core');
  return {
    name: 'entrepot-lean-mantine',
    enforce: 'pre',
    resolveId: (id) => (id === ID ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      const used = classesOf(core, namesIn(src, modules));
      return prune(readFileSync(join(core, 'styles.css'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''), used);
    },
  };
}

const FROM_CORE = /import\s*(?:type\s*)?\{([^}]*)\}\s*from\s*["']@mantine\/core["']/g;

/** What the sources, and the other packages of Mantine, import from its core. */
function namesIn(src: string, modules: string): Set<string> {
  const found = new Set<string>(['MantineProvider']);
  for (const folder of [src, ...['notifications', 'dates'].map((name) => join(modules, '@mantine', name, 'esm'))]) {
    for (const file of filesUnder(folder, /\.(tsx?|mjs)$/)) {
      if (/[\\/](kit|test)[\\/]|\.test\./.test(file)) continue;
      for (const [, names] of readFileSync(file, 'utf8').matchAll(FROM_CORE)) {
        for (const name of names!.split(',')) found.add(name.replace(/\btype\b/, '').split(/\bas\b/)[0]!.trim());
      }
    }
  }
  return found;
}

/** The classes of these components and of all that they are made of. */
function classesOf(core: string, names: ReadonlySet<string>): Set<string> {
  const byName = new Map(filesUnder(join(core, 'esm'), /\.mjs$/).map((file) => [file.split(/[\\/]/).pop()!.replace('.mjs', ''), file]));
  const due = [...names].flatMap((name) => byName.get(name) ?? []);
  const seen = new Set<string>();
  const classes = new Set<string>();
  while (due.length) {
    const file = due.pop()!;
    if (seen.has(file) || !existsSync(file)) continue;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [name] of text.matchAll(/\bm[_-][0-9a-f]{4,}\b/g)) classes.add(name);
    for (const [, path] of text.matchAll(/from\s*["'](\.[^"']+)["']/g)) due.push(join(dirname(file), path!));
  }
  return classes;
}

function filesUnder(folder: string, wanted: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => wanted.test(name)).map((name) => join(folder, name));
}

/** Leaves out the rules that ask for a class nobody has. A class within `:not()`, `:where()` and the like is not asked for. */
export function prune(css: string, used: ReadonlySet<string>): string {
  let out = '';
  for (let at = 0; at < css.length; ) {
    const open = css.indexOf('{', at);
    const semicolon = css.indexOf(';', at);
    if (open < 0) return out + css.slice(at);
    if (semicolon >= 0 && semicolon < open) {
      out += css.slice(at, semicolon + 1);
      at = semicolon + 1;
      continue;
    }
    const close = closing(css, open);
    const head = css.slice(at, open).trim();
    const body = css.slice(open + 1, close);
    at = close + 1;
    if (/^@(media|supports|container|layer)/.test(head)) {
      const inner = prune(body, used);
      if (inner.trim()) out += `${head}{${inner}}`;
    } else if (head.startsWith('@')) out += `${head}{${body}}`;
    else {
      const kept = selectors(head).filter((selector) => asked(selector).every((name) => used.has(name)));
      if (kept.length) out += `${kept.join(',')}{${body}}`;
    }
  }
  return out;
}

function closing(css: string, open: number): number {
  let depth = 0;
  for (let at = open; at < css.length; at++) {
    if (css[at] === '{') depth++;
    else if (css[at] === '}' && --depth === 0) return at;
  }
  return css.length;
}

function selectors(head: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < head.length; at++) {
    if (head[at] === '(') depth++;
    else if (head[at] === ')') depth--;
    else if (head[at] === ',' && depth === 0) {
      found.push(head.slice(from, at));
      from = at + 1;
    }
  }
  return [...found, head.slice(from)];
}

function asked(selector: string): string[] {
  let plain = selector;
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/\([^()]*\)/g, '');
  }
  return [...plain.matchAll(/\.(m[_-][0-9a-f]{4,})/g)].map((found) => found[1]!);
}
