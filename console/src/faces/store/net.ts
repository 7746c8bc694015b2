/** Sending one step, and whether the server can be reached. */
import { problemOf } from '@/api/problem';
import { csrfToken, keepCsrf, signedOut } from '@/api/signed';
import type { Sent } from './outbox';
import type { Entry } from './types';

const ANSWER_MS_MAX = 20_000;
const LATER = new Set([401, 408, 425, 429]);

let reachable = typeof navigator === 'undefined' || navigator.onLine;
const watchers = new Set<() => void>();

export const isReachable = (): boolean => reachable;

export function watchReach(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function reach(now: boolean): void {
  if (now === reachable) return;
  reachable = now;
  watchers.forEach((watcher) => watcher());
}

if (typeof window !== 'undefined') {
  addEventListener('offline', () => reach(false));
  addEventListener('online', () => reach(true));
}

/** Sends a step under its key. Whatever is not a plain yes or no waits and is sent again. */
export async function sendEntry(entry: Entry): Promise<Sent> {
  const token = csrfToken();
  if (!token || !navigator.onLine) return { kind: 'later' };
  let told: unknown;
  let answer: Response;
  try {
    answer = await fetch(entry.path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': entry.key, 'x-csrf-token': token },
      body: JSON.stringify(entry.body),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    told = await answer.json().catch((fault: unknown) => {
      if (answer.ok) throw fault; // the answer was lost on its way: it is asked for again
      return undefined;
    });
  } catch {
    reach(false);
    return { kind: 'later' };
  }
  reach(true);
  if (answer.ok) return { kind: 'done', answer: told };
  if (answer.status === 401) signedOut();
  if (LATER.has(answer.status) || answer.status >= 500) return { kind: 'later' };
  const problem = problemOf(answer, told);
  if (problem.code === 'csrf') {
    keepCsrf(null); // another session has begun: its token is asked for, then this is sent
    return { kind: 'later' };
  }
  return { kind: 'refused', refusal: { status: answer.status, code: problem.code, detail: problem.detail || problem.title } };
}
