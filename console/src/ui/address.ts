/** The address is the state: filters, sort, tab and drawer are in it, so that every view is a link. */
import { useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

/** What stands behind the `?`: one value, or several under one name. */
export type Search = Record<string, string | string[] | undefined>;

export function parseSearch(text: string): Search {
  const found: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== '' && each !== false) parts.append(name, String(each));
    }
  }
  const text = parts.toString();
  return text ? `?${text}` : '';
}

export const one = (value: Search[string]): string | undefined => (Array.isArray(value) ? value[0] : value);

export const many = (value: Search[string]): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** The search as a page reads it, and a way to change parts of it. A change that is only looked at may `replace`. */
export function useAddress<S>(read: (search: Search) => S): [S, (change: Search, options?: { replace?: boolean }) => void] {
  const search = useLocation({ select: (location) => location.search as Search });
  const navigate = useNavigate();
  const value = useMemo(() => read(search), [read, search]);
  const change = useCallback(
    (part: Search, options?: { replace?: boolean }) =>
      void navigate({ to: '.', search: ((before: Search) => ({ ...before, ...part })) as never, replace: options?.replace }),
    [navigate],
  );
  return [value, change];
}

/** A part of the path: `useParam('id')` under `/orders/$id`. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? '';
}

/** Goes somewhere: `go('/orders', { status: ['held'] })`. */
export function useGo(): (path: string, search?: Search) => void {
  const navigate = useNavigate();
  return useCallback((path, search) => void navigate({ to: path, search: (search ?? {}) as never }), [navigate]);
}
