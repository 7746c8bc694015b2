import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const TEXT = /\.(js|css|svg|json|webmanifest|html|wasm)$/;
const BYTES_MIN = 1024; // below it the headers weigh more than what is saved

/** Writes `.br` and `.gz` beside each text file; the server only chooses. Brotli 11 costs 15 s more for 2 %. */
export function packed(): Plugin {
  return {
    name: 'entrepot-packed',
    apply: 'build',
    enforce: 'post',
    writeBundle: {
      sequential: true,
      order: 'post',
      handler(options) {
        const folder = options.dir!;
        for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
          if (!TEXT.test(name)) continue;
          const file = join(folder, name);
          const bytes = readFileSync(file);
          if (bytes.length < BYTES_MIN) continue;
          writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
          const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
          writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
        }
      },
    },
  };
}
