/**
 * The outbox: every step a person takes is written to the phone first, then sent, in order, one after another.
 *
 * Each has its idempotency key from the start, so that one whose answer was lost is sent again and happens once.
 * Without a network they wait. What the server refuses (it was canceled meanwhile, say) is kept and shown until
 * somebody has seen it; what comes after it is sent all the same.
 */
import type { Shelf } from './keep';
import type { Entry, NewEntry, Refusal } from './types';

/** What came of sending one: an answer, a refusal, or nothing (no network, the server is busy, signed out). */
export type Sent = { kind: 'done'; answer: unknown } | { kind: 'refused'; refusal: Refusal } | { kind: 'later' };

export type Came = { kind: 'done'; answer: unknown } | { kind: 'refused'; entry: Entry } | { kind: 'waiting' };

export interface Around {
  shelf: Shelf;
  send: (entry: Entry) => Promise<Sent>;
  mint: () => string;
  now: () => number;
  /** One tab sends at a time. */
  alone: (work: () => Promise<void>) => Promise<void>;
}

export class Outbox {
  entries: readonly Entry[] = [];
  private user = '';
  private watchers = new Set<() => void>();
  private hearers = new Set<(entry: Entry, answer: unknown) => void>();
  private draining: Promise<void> | null = null;
  private again = false;

  constructor(private readonly around: Around) {}

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  };

  /** Called with the server's answer to each step, before the step leaves the list. */
  answered(hear: (entry: Entry, answer: unknown) => void): () => void {
    this.hearers.add(hear);
    return () => void this.hearers.delete(hear);
  }

  /** Whose steps are sent: nobody sends another's. */
  async begin(user: string): Promise<void> {
    this.user = user;
    await this.read();
    void this.drain();
  }

  get waiting(): number {
    return this.entries.filter((each) => !each.refused).length;
  }

  get refused(): Entry[] {
    return this.entries.filter((each) => each.refused);
  }

  /** Keeps a step, then tries to send it. Resolves as soon as it is known what came of it, or that it waits. */
  async add(step: NewEntry): Promise<Came> {
    const entry = await this.around.shelf.add({ ...step, key: this.around.mint(), at: this.around.now(), user: this.user });
    this.become([...this.entries, entry]);
    let came: Came = { kind: 'waiting' };
    const stop = this.answered((each, answer) => {
      if (each.n === entry.n) came = { kind: 'done', answer };
    });
    await this.drain();
    stop();
    const refused = this.entries.find((each) => each.n === entry.n && each.refused);
    return refused ? { kind: 'refused', entry: refused } : came;
  }

  /** Sends what waits, in order. Calls while it runs make it run once more. */
  drain(): Promise<void> {
    this.again = true;
    this.draining ??= this.around
      .alone(async () => {
        while (this.again) {
          this.again = false;
          await this.once();
        }
      })
      .finally(() => {
        this.draining = null;
      });
    return this.draining;
  }

  /** A refusal that somebody has seen. */
  async dismiss(n: number): Promise<void> {
    await this.around.shelf.remove(n);
    this.become(this.entries.filter((each) => each.n !== n));
  }

  private async read(): Promise<void> {
    const all = await this.around.shelf.all();
    this.become(all.filter((each) => each.user === this.user).sort((a, b) => a.n - b.n));
  }

  private async once(): Promise<void> {
    await this.read(); // another tab may have sent some, or kept more
    for (const entry of this.entries.filter((each) => !each.refused)) {
      const sent = await this.around.send(entry);
      if (sent.kind === 'later') return;
      if (sent.kind === 'refused') {
        const told = { ...entry, refused: sent.refusal };
        await this.around.shelf.put(told);
        this.become(this.entries.map((each) => (each.n === entry.n ? told : each)));
        continue;
      }
      await this.around.shelf.remove(entry.n);
      this.hearers.forEach((hear) => hear(entry, sent.answer));
      this.become(this.entries.filter((each) => each.n !== entry.n));
    }
  }

  private become(entries: readonly Entry[]): void {
    this.entries = entries;
    this.watchers.forEach((watcher) => watcher());
  }
}
