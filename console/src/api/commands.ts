/** Calls that the server offers as data: what to send where, and which values go into the body. */
import type { Schemas } from './client';
import { send } from './session';

export interface Offered {
  command: { method: string; path: string; body: Record<string, unknown> };
  fields: Schemas['FieldShown'][];
}

/** The body of an offered call with the values of its fields put where their pointers say. */
export function bodyOf(offered: Offered, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const body = structuredClone(offered.command.body) as Record<string, unknown>;
  for (const field of offered.fields) {
    const value = values[field.name] ?? field.value;
    if (value === undefined || value === null || value === '') continue;
    const path = field.pointer.split('/').slice(1);
    const last = path.pop()!;
    const holder = path.reduce<Record<string, unknown>>((within, part) => (within[part] ??= {}) as Record<string, unknown>, body);
    holder[last] = value;
  }
  return body;
}

/** Makes an offered call, under the key of the person's intent. */
export function carryOut<T>(offered: Offered, values: Readonly<Record<string, unknown>>, key: string): Promise<T> {
  return send<T>(offered.command.method, offered.command.path, bodyOf(offered, values), undefined, key);
}
