import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/**
 * Writes `store-files.json`: what the service worker of the store app keeps for when there is no network -
 * its page, the chunks it needs at once and those it may need later - and a version that changes with any of them.
 */
export function precache({ entry, worker }: { entry: string; worker: string }): Plugin {
  return {
    name: 'entrepot-precache',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const wanted = new Set<string>();
      const add = (name: string) => {
        const chunk = bundle[name];
        if (!chunk || wanted.has(name)) return;
        wanted.add(name);
        if (chunk.type !== 'chunk') return;
        for (const css of chunk.viteMetadata?.importedCss ?? []) wanted.add(css);
        for (const asset of chunk.viteMetadata?.importedAssets ?? []) wanted.add(asset);
        [...chunk.imports, ...chunk.dynamicImports].forEach(add);
      };
      const stem = entry.replace('.html', '');
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type === 'chunk' && chunk.isEntry && chunk.name === stem) add(name);
      }
      const latin = (name: string) => !/\.woff2?$/.test(name) || /-latin-wght-normal/.test(name);
      const files = [...wanted].filter((name) => name !== worker && latin(name)).sort();
      for (const name of Object.keys(bundle)) {
        if (/inter-latin-wght-normal.*\.woff2$/.test(name) && !files.includes(name)) files.push(name);
      }
      const version = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 16);
      const source = JSON.stringify({ version, page: '/store', files: files.map((name) => `/${name}`) });
      this.emitFile({ type: 'asset', fileName: 'store-files.json', source });
    },
  };
}
