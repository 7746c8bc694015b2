import { describe, expect, it } from 'vitest';
import { Outbox, type Sent } from './outbox';
import type { Shelf } from './keep';
import type { Entry, NewEntry } from './types';

/** A phone's memory that outlives the page, and a server that may be out of reach. */
class World {
  rows: Entry[] = [];
  next = 1;
  keys = 0;
  online = true;
  /** What reached the server, by key: the same key again changes nothing. */
  applied = new Map<string, unknown>();
  sent: string[] = [];
  loseAnswers = 0;
  refuse: (entry: Entry) => Sent | null = () => null;

  shelf: Shelf = {
    all: async () => structuredClone(this.rows),
    add: async (entry) => {
      const row = { ...entry, n: this.next++ };
      this.rows.push(row);
      return { ...row };
    },
    put: async (entry) => void (this.rows = this.rows.map((each) => (each.n === entry.n ? entry : each))),
    remove: async (n) => void (this.rows = this.rows.filter((each) => each.n !== n)),
  };

  async send(entry: Entry): Promise<Sent> {
    if (!this.online) return { kind: 'later' };
    this.sent.push(entry.key);
    const refused = this.refuse(entry);
    if (refused) return refused;
    this.applied.set(entry.key, entry.body);
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      return { kind: 'later' };
    }
    return { kind: 'done', answer: { did: entry.body } };
  }

  /** The app as it is after a reload: it knows what the phone has kept, and nothing else. */
  async open(user = 'mia'): Promise<Outbox> {
    const outbox = new Outbox({
      shelf: this.shelf,
      send: (entry) => this.send(entry),
      mint: () => `key-${++this.keys}`,
      now: () => 0,
      alone: (work) => work(),
    });
    await outbox.begin(user);
    await outbox.drain();
    return outbox;
  }
}

const step = (body: number): NewEntry => ({ path: '/p', body, label: `scan ${body}`, verb: 'pick', work: 'a' });

describe('the outbox', () => {
  it('sends at once where it can, and says what came of it', async () => {
    const world = new World();
    const outbox = await world.open();
    expect(await outbox.add(step(1))).toEqual({ kind: 'done', answer: { did: 1 } });
    expect([outbox.entries.length, world.rows.length]).toEqual([0, 0]);
  });

  it('keeps everything without a network, also over a reload, and sends it once and in order', async () => {
    const world = new World();
    const before = await world.open();
    world.online = false;
    for (const body of [1, 2, 3]) expect((await before.add(step(body))).kind).toBe('waiting');
    expect(before.waiting).toBe(3);

    const after = await world.open();
    expect(after.waiting).toBe(3);
    world.online = true;
    await after.drain();

    expect([...world.applied.values()]).toEqual([1, 2, 3]);
    expect([after.waiting, world.rows.length]).toEqual([0, 0]);
    await after.drain();
    expect(world.sent.length).toBe(3);
  });

  it('sends again under the same key what was not answered: it happens once', async () => {
    const world = new World();
    world.loseAnswers = 1;
    const outbox = await world.open();
    expect((await outbox.add(step(1))).kind).toBe('waiting');
    await outbox.drain();
    expect(world.sent).toEqual(['key-1', 'key-1']);
    expect(world.applied.size).toBe(1);
    expect(outbox.waiting).toBe(0);
  });

  it('shows what was refused and goes on with the rest', async () => {
    const world = new World();
    const outbox = await world.open();
    world.online = false;
    await outbox.add(step(1));
    await outbox.add(step(2));
    world.refuse = (entry) => (entry.body === 1 ? { kind: 'refused', refusal: { status: 409, code: 'conflict', detail: 'it was canceled' } } : null);
    world.online = true;
    await outbox.drain();
    expect(outbox.refused.map((each) => each.refused?.detail)).toEqual(['it was canceled']);
    expect([...world.applied.values()]).toEqual([2]);

    const reopened = await world.open();
    expect(reopened.refused.length).toBe(1);
    await reopened.dismiss(reopened.refused[0]!.n);
    expect([reopened.entries.length, world.rows.length]).toEqual([0, 0]);
    expect(world.sent.filter((key) => key === 'key-1').length).toBe(1);
  });

  it('is sent by whoever took the steps, and by nobody else', async () => {
    const world = new World();
    const mia = await world.open('mia');
    world.online = false;
    await mia.add(step(1));
    world.online = true;
    const tom = await world.open('tom');
    expect([tom.entries.length, world.applied.size]).toEqual([0, 0]);
    await world.open('mia');
    expect(world.applied.size).toBe(1);
  });

  it('sends each once though many ask at the same time', async () => {
    const world = new World();
    const outbox = await world.open();
    await Promise.all([1, 2, 3, 4].map((body) => outbox.add(step(body))));
    await Promise.all([outbox.drain(), outbox.drain()]);
    expect(world.sent.length).toBe(4);
    expect([...world.applied.values()].sort()).toEqual([1, 2, 3, 4]);
  });
});
