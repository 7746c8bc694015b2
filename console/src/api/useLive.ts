import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { live, type LiveEvent, type LiveState } from './live';

export const useLiveState = (): LiveState => useSyncExternalStore(live.watch, () => live.state);

/** Hears the events of these types; of all types where none are named. */
export function useLive(types: readonly string[] | null, hear: (events: LiveEvent[]) => void): void {
  const latest = useRef(hear);
  useEffect(() => {
    latest.current = hear;
  });
  const wanted = types?.join(' ');
  useEffect(() => {
    const names = wanted === undefined ? null : new Set(wanted.split(' '));
    return live.hear((events) => {
      const chosen = names ? events.filter((event) => names.has(event.type)) : events;
      if (chosen.length) latest.current(chosen);
    });
  }, [wanted]);
}

/** What an event makes out of date: by its type (`order.held`) or the first word of it (`order.*`). */
export type Outdates = Record<string, (event: LiveEvent) => QueryKey[]>;

const QUIET_MS = 250;
const WAIT_MS_MAX = 1_500;

/** Reads again what events made out of date: once after a burst, not once for each event of it. */
export function useOutdating(rules: readonly Outdates[], enabled: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!enabled) return;
    const due = new Map<string, QueryKey>();
    let quiet: ReturnType<typeof setTimeout> | undefined;
    let began = 0;
    const flush = () => {
      quiet = undefined;
      const keys = [...due.values()];
      due.clear();
      keys.forEach((queryKey) => void client.invalidateQueries({ queryKey }));
    };
    const stopHearing = live.hear((events) => {
      for (const event of events) {
        for (const rule of rules) {
          const outdated = rule[event.type] ?? rule[`${event.type.split('.')[0]}.*`];
          for (const key of outdated?.(event) ?? []) due.set(JSON.stringify(key), key);
        }
      }
      if (!due.size) return;
      const now = Date.now();
      if (quiet === undefined) began = now;
      clearTimeout(quiet);
      quiet = setTimeout(flush, Math.max(0, Math.min(QUIET_MS, began + WAIT_MS_MAX - now)));
    });
    const stopResync = live.resynced(() => void client.invalidateQueries());
    live.start();
    return () => {
      clearTimeout(quiet);
      stopHearing();
      stopResync();
      live.stop();
    };
  }, [client, enabled, rules]);
}
