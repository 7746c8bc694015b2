/** What the phone keeps: the steps that wait to be sent, in their order, and what was read last. IndexedDB, nothing else. */
import type { Entry } from './types';

const NAME = 'entrepot-store';
const ENTRIES = 'entries';
const KEPT = 'kept';

export interface Kept {
  value: unknown;
  at: number;
}

/** Where entries live; the browser's below, a plain array in tests. */
export interface Shelf {
  all: () => Promise<Entry[]>;
  add: (entry: Omit<Entry, 'n'>) => Promise<Entry>;
  put: (entry: Entry) => Promise<void>;
  remove: (n: number) => Promise<void>;
}

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(ENTRIES, { keyPath: 'n', autoIncrement: true });
      asked.result.createObjectStore(KEPT);
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error('no database'));
  });
  return opened;
}

async function run<T>(store: string, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: 'strict' });
    const request = act(transaction.objectStore(store));
    // Not before it is on the disk: a phone may be shut off the moment after a scan.
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('not kept'));
  });
}

export const entries: Shelf = {
  all: () => run<Entry[]>(ENTRIES, 'readonly', (store) => store.getAll() as IDBRequest<Entry[]>),
  add: async (entry) => ({ ...entry, n: Number(await run(ENTRIES, 'readwrite', (store) => store.add(entry))) }),
  put: async (entry) => void (await run(ENTRIES, 'readwrite', (store) => store.put(entry))),
  remove: async (n) => void (await run(ENTRIES, 'readwrite', (store) => store.delete(n))),
};

export async function keep(key: string, value: unknown): Promise<void> {
  const kept: Kept = { value, at: Date.now() };
  await run(KEPT, 'readwrite', (store) => store.put(kept, key));
}

export async function kept<T>(key: string): Promise<{ value: T; at: number } | undefined> {
  return run(KEPT, 'readonly', (store) => store.get(key) as IDBRequest<{ value: T; at: number } | undefined>);
}

/** Forgets what was read; steps that wait stay, whoever signs in next. */
export async function forgetRead(): Promise<void> {
  await run(KEPT, 'readwrite', (store) => store.clear());
}
