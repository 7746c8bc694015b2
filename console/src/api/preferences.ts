/**
 * What a person likes: kept on the server, so that it follows them; and in this browser, so that it is there
 * before the server has answered and where it cannot.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { send, useSession } from './session';

export interface Preferences {
  density?: 'cozy' | 'compact';
  scheme?: 'auto' | 'light' | 'dark';
  /** An IANA zone; absent: the browser's. */
  zone?: string;
  /** Chosen columns of each table, in order, by the table's name. */
  columns?: Record<string, string[]>;
  /** Whatever else a feature keeps for the person, under its own name. */
  [feature: string]: unknown;
}

const PATH = '/v1/preferences';
const SAVE_AFTER_MS = 600;

let due: ReturnType<typeof setTimeout> | undefined; // outlives the page that changed something

const place = (login: string) => `entrepot.preferences.${login}`;

function remembered(login: string): Preferences {
  try {
    return JSON.parse(localStorage.getItem(place(login)) ?? '{}') as Preferences;
  } catch {
    return {};
  }
}

function remember(login: string, preferences: Preferences): void {
  try {
    localStorage.setItem(place(login), JSON.stringify(preferences));
  } catch {
    /* private windows may refuse; the server has it */
  }
}

export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  const login = useSession()?.user.login ?? '';
  const client = useQueryClient();
  const key = ['preferences', login];
  const query = useQuery<Preferences>({
    queryKey: key,
    enabled: login !== '',
    staleTime: Infinity,
    placeholderData: () => remembered(login),
    queryFn: async ({ signal }) => {
      const told = await send<Preferences>('GET', PATH, undefined, signal);
      remember(login, told);
      return told;
    },
  });
  const preferences = query.data ?? remembered(login);
  const change = useCallback(
    (part: Partial<Preferences>) => {
      const next = { ...(client.getQueryData<Preferences>(['preferences', login]) ?? remembered(login)), ...part };
      client.setQueryData(['preferences', login], next);
      remember(login, next);
      clearTimeout(due);
      due = setTimeout(() => void send('PUT', PATH, next).catch(() => undefined), SAVE_AFTER_MS);
    },
    [client, login],
  );
  return [preferences, change];
}
