/** The address is the state: where in the app one is, and what was looked for. Small, since there are six screens. */
import { useSyncExternalStore } from 'react';

const BASE = '/store';
const MOVED = 'entrepot-moved';

export interface Way {
  path: string;
  parts: string[];
  search: URLSearchParams;
}

function watch(watcher: () => void): () => void {
  addEventListener('popstate', watcher);
  addEventListener(MOVED, watcher);
  return () => {
    removeEventListener('popstate', watcher);
    removeEventListener(MOVED, watcher);
  };
}

export function useWay(): Way {
  const href = useSyncExternalStore(watch, () => location.pathname + location.search);
  const url = new URL(href, location.origin);
  const path = url.pathname.slice(BASE.length) || '/';
  return { path, parts: path.split('/').filter(Boolean), search: url.searchParams };
}

export const address = (to: string): string => (to === '/' ? BASE : BASE + to);

export function go(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', address(to));
  else {
    history.pushState(null, '', address(to));
    scrollTo(0, 0);
  }
  dispatchEvent(new Event(MOVED));
}
