/** The timeline's entries as they are told: which are shown, in what words. Pure. */
import { holdWord, phaseWord, stateWord, troubleWord } from '@/domain/words';
import { humanize } from '@/i18n';
import type { Schemas } from '@/api/client';
import { causeWord, fieldWord, scanWord, t } from './words';

export type Order = Schemas['OrderAnswer'];
/** Its data is that of its fact (docs/events). */
export type Entry = Omit<Schemas['TimelineEntry'], 'data'> & { data: Record<string, unknown> };
export type Group = Entry['group'];

/** What an entry is called for good: its place in the feed, or what it says. */
export const keyOf = (entry: Entry): string => `${entry.type}@${entry.at}@${String(entry.data.note_id ?? entry.data.fulfillment_order_id ?? '')}`;

export interface Shown {
  entry: Entry;
  /** So many steps of the system stand here folded; the entry is the newest of them. */
  folded: number;
}

/** The entries to show, newest first: of one group, or all; steps of the system in a row folded into one. */
export function chosen(entries: readonly Entry[], group: Group | null, steps: boolean): Shown[] {
  const shown: Shown[] = [];
  for (const entry of entries.toReversed()) {
    if (group && entry.group !== group) continue;
    const before = shown.at(-1);
    if (entry.minor && !steps) {
      if (before?.folded) before.folded += 1;
      else shown.push({ entry, folded: 1 });
    } else shown.push({ entry, folded: 0 });
  }
  return shown;
}

/** The groups of which there is anything, in the order of the filter. */
export function groupsOf(entries: readonly Entry[]): Group[] {
  const order: Group[] = ['note', 'order', 'plan', 'work', 'promise', 'delivery', 'customer', 'exception'];
  const there = new Set(entries.map((entry) => entry.group));
  return order.filter((group) => there.has(group));
}

const nameOf = (order: Pick<Order, 'nodes'>, node: unknown): string => order.nodes[String(node)]?.name ?? String(node ?? '');

/** What happened, in a few words. */
export function titleOf(entry: Entry, order: Pick<Order, 'nodes'>): string {
  const { data } = entry;
  const reduced = entry.type === 'fulfillment.canceled' && data.state !== 'canceled';
  const key = `event.${reduced ? 'fulfillment.reduced' : entry.type}` as Parameters<typeof t>[0];
  const told = t(key, {
    node: nameOf(order, data.node ?? data.accepted_by),
    nodes: nodesOf(data).map((node) => nameOf(order, node)).join(', '),
    count: unitsOf(data),
    kind: entry.group === 'exception' ? troubleWord(String(data.kind)) : holdWord(String(data.kind)),
    priority: String(data.priority ?? ''),
    choice: humanize(String(data.choice ?? '')),
    status: scanWord(String(data.status ?? '')),
  });
  return told === key ? humanize(entry.type.split('.').join(' ')) : told;
}

const nodesOf = (data: Entry['data']): string[] => ((data.shipments ?? []) as { node: string }[]).map((each) => each.node);

function unitsOf(data: Entry['data']): number {
  const lines = (data.lines ?? []) as { quantity: number }[];
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

export interface Difference {
  field: string;
  from: string | null;
  to: string | null;
  /** Moments are written by who shows them, in their zone. */
  moments: boolean;
}

/** What was so before and is so since, in words; a node's state only where its title does not say it. */
export function differences(entry: Entry, order: Pick<Order, 'nodes'>): Difference[] {
  return entry.changes
    .filter((change) => !(change.field === 'work' || change.field === 'hold') && !(change.field === 'nodes' && !change.from))
    .map((change) => ({
      field: fieldWord(change.field),
      from: valueOf(change.field, change.from, order),
      to: valueOf(change.field, change.to, order),
      moments: change.field === 'promise' || change.field === 'until',
    }));
}

function valueOf(field: string, value: unknown, order: Pick<Order, 'nodes'>): string | null {
  if (value === null || value === undefined) return null;
  if (field === 'nodes') return (value as string[]).map((node) => nameOf(order, node)).join(', ');
  if (field === 'work') return stateWord(String(value));
  if (field === 'hold') return holdWord(String(value));
  if (field === 'phase') return phaseWord(String(value));
  return String(value);
}

/** Whose doing it was, as people say it. */
export function whoOf(entry: Entry, order: Pick<Order, 'nodes'>): string {
  const { who } = entry;
  const name = who.kind === 'system' ? t('who.system') : who.kind === 'node' ? nameOf(order, who.name) : who.name;
  return who.by && who.by !== who.name ? t('who.by', { name, by: who.by }) : name;
}

/** Why, where anybody said so. */
export function reasonOf(entry: Entry): string | null {
  if (entry.reason) return entry.reason;
  if (entry.type === 'promise.revised') return causeWord(String(entry.data.cause));
  return null;
}

/** What is new since somebody looked: entries that were not there, machines' steps left out, newest first. */
export function newsOf(before: readonly Entry[], now: readonly Entry[]): Entry[] {
  const known = new Set(before.map(keyOf));
  const fresh = now.filter((entry) => !known.has(keyOf(entry)) && entry.type !== 'note').toReversed();
  const told = fresh.filter((entry) => !entry.minor);
  return told.length ? told : fresh;
}
