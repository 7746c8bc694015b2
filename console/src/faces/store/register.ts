/** Registers the service worker that keeps the store app when there is no network. Browsers ask for HTTPS, or localhost. */
export function registerWorker(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  window.addEventListener('load', () => void navigator.serviceWorker.register('/store-sw.js', { scope: '/store' }).catch(() => undefined));
}
