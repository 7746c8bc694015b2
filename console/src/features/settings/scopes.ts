/** Permissions as people choose them: an area, and whether to read it or to change it. */
import type { Scope } from './reads';

export interface Area {
  name: string;
  read?: Scope;
  write?: Scope;
}

const ALL: Record<Exclude<Scope, 'admin'>, true> = {
  'orders:read': true,
  'orders:write': true,
  'fulfillment:read': true,
  'fulfillment:write': true,
  'inventory:read': true,
  'inventory:write': true,
  'catalog:read': true,
  'catalog:write': true,
  'network:read': true,
  'network:write': true,
  'customers:read': true,
  'customers:write': true,
  'promises:read': true,
  'events:read': true,
  'tracking:write': true,
  'exceptions:read': true,
  'exceptions:write': true,
  'policies:read': true,
  'policies:write': true,
  'webhooks:read': true,
  'webhooks:write': true,
  'jobs:read': true,
  'jobs:write': true,
  'users:read': true,
  'users:write': true,
  'keys:read': true,
  'keys:write': true,
};

/** The areas of which somebody with these permissions may give any. */
export function areas(own: readonly string[]): Area[] {
  const found = new Map<string, Area>();
  for (const scope of Object.keys(ALL) as Exclude<Scope, 'admin'>[]) {
    if (!own.includes('admin') && !own.includes(scope)) continue;
    const [name, how] = scope.split(':') as [string, 'read' | 'write'];
    found.set(name, { ...(found.get(name) ?? { name }), [how]: scope });
  }
  return [...found.values()];
}
