/** The time as the page knows it: ages tick by themselves, all on one timer. */
import { createContext, use, useSyncExternalStore } from 'react';

const TICK_MS = 15_000;
const watchers = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(watcher: () => void): () => void {
  if (!watchers.size) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      watchers.forEach((each) => each());
    }, TICK_MS);
  }
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
    if (!watchers.size) clearInterval(timer);
  };
}

export const useNow = (): number => useSyncExternalStore(watch, () => now);

/** The time zone a person chose; undefined: that of their machine. */
export const ZoneContext = createContext<string | undefined>(undefined);

export const useZone = (): string | undefined => use(ZoneContext);
