/** The app's one outbox and its reads, as hooks. What was read is kept on the phone for when there is no network. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { createContext, use, useSyncExternalStore } from 'react';
import { mintKey } from '@/api/keys';
import { ApiError } from '@/api/problem';
import type { Session } from '@/api/session';
import { entries as shelf, keep, kept } from './keep';
import { isReachable, sendEntry, watchReach } from './net';
import { Outbox } from './outbox';
import type { Entry, Touched, Verb } from './types';

const LOCK = 'entrepot-store-outbox';

export const outbox = new Outbox({
  shelf,
  send: sendEntry,
  mint: mintKey,
  now: () => Date.now(),
  alone: async (work) => ('locks' in navigator ? await navigator.locks.request(LOCK, work) : await work()),
});

export const useEntries = (): readonly Entry[] => useSyncExternalStore(outbox.watch, () => outbox.entries);
export const useReachable = (): boolean => useSyncExternalStore(watchReach, isReachable);

/** Where the app stands: who, and at which store. */
export interface Here {
  session: Session;
  node: string;
  name: string;
  zone: string | undefined;
}

export const HereContext = createContext<Here | null>(null);

export function useHere(): Here {
  const here = use(HereContext);
  if (!here) throw new Error('nobody has chosen a store');
  return here;
}

export interface Read<T> {
  value: T;
  at: number;
  /** What was read before the network was lost. */
  stale: boolean;
}

export const readKey = (name: string): readonly [string, string] => ['store', name];

/** Reads, and where the server is out of reach gives what was read last. */
export function useRead<T>(name: string, read: (signal: AbortSignal) => Promise<T>, { every, enabled = true }: { every?: number; enabled?: boolean } = {}): UseQueryResult<Read<T>, ApiError> {
  return useQuery<Read<T>, ApiError>({
    queryKey: readKey(name),
    enabled,
    networkMode: 'always',
    retry: false,
    placeholderData: keepPreviousData,
    refetchInterval: every,
    queryFn: async ({ signal }) => {
      try {
        const value = await read(signal);
        await keep(name, value);
        return { value, at: Date.now(), stale: false };
      } catch (fault) {
        const away = fault instanceof ApiError && (fault.offline || fault.status >= 500);
        const old = away ? await kept<T>(name) : undefined;
        if (!old) throw fault;
        return { ...old, stale: true };
      }
    },
  });
}

/** Takes a step with a piece of work. */
export function act(verb: Verb, work: string, body: unknown, label: string, units?: Touched[]) {
  return outbox.add({ verb, work, path: `/v1/fulfillment-orders/${work}/${verb}`, body, label, units });
}
