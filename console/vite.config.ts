import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { leanMantine } from './vite/lean.ts';
import { packed } from './vite/packed.ts';
import { precache } from './vite/precache.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.ENTREPOT_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [leanMantine({ src: here('./src'), modules: here('./node_modules') }), react(), precache({ entry: 'store.html', worker: 'store-sw.js' }), packed()],
  resolve: { alias: { '@': here('./src') } },
  build: {
    outDir: process.env.ENTREPOT_CONSOLE_OUT ?? here('../src/entrepot/_console'),
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'], // light-dark() stays as it is written
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        console: here('./index.html'),
        store: here('./store.html'),
        portal: here('./portal.html'),
        'store-sw': here('./src/faces/store/sw.ts'),
        ...(process.env.ENTREPOT_CONSOLE_KIT ? { kit: here('./kit.html') } : {}),
      },
      output: {
        // A service worker's name is its address: it must not change from build to build.
        entryFileNames: (chunk) => (chunk.name === 'store-sw' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: Object.fromEntries(['/v1', '/docs', '/openapi.json', '/healthz'].map((path) => [path, server])),
  },
});
