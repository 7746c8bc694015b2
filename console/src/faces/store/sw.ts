/// <reference lib="webworker" />
/** The store app's service worker: its page and files are kept, so that it opens without a network. */
declare const self: ServiceWorkerGlobalScope;

interface Files {
  version: string;
  page: string;
  files: string[];
}

const PREFIX = 'entrepot-store-';

async function keep(): Promise<void> {
  const answer = await fetch('/store-files.json', { cache: 'no-cache' });
  const { version, page, files } = (await answer.json()) as Files;
  const cache = await caches.open(PREFIX + version);
  await cache.addAll([page, ...files]);
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== PREFIX + version) await caches.delete(name);
  }
}

self.addEventListener('install', (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(async () => (await caches.match('/store')) ?? Response.error()));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

export {};
