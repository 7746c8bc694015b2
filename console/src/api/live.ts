/**
 * Live updates: one event connection per browser, however many tabs there are.
 *
 * The tab that holds the Web Lock leads: it owns the EventSource and passes what it hears to the others over a
 * BroadcastChannel. When it closes, the next in line leads and goes on after the last sequence that was heard. Where
 * the page is not served securely there are no locks, and each tab has its own connection.
 */

/** A fact of the feed (docs/events): its dense sequence, its type, what it is about, and its data. */
export interface LiveEvent {
  sequence: number;
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
}

export type LiveStatus = 'connecting' | 'live' | 'reconnecting';

export interface LiveState {
  status: LiveStatus;
  /** When what is shown was last known to be current; null: not yet. */
  since: number | null;
}

type Hear = (events: LiveEvent[]) => void;

interface Source {
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener: (name: string, hear: (message: { data: string; lastEventId: string }) => void) => void;
  close: () => void;
}

type Message =
  | { kind: 'events'; events: LiveEvent[]; last: number }
  | { kind: 'state'; state: LiveState; last: number | null }
  | { kind: 'resync' }
  | { kind: 'ask' };

interface Channel {
  postMessage: (message: Message) => void;
  onmessage: ((message: { data: Message }) => void) | null;
  close: () => void;
}

export interface Surroundings {
  open: (url: string) => Source;
  channel: () => Channel;
  /** Runs `lead` once this tab's turn has come, until its promise settles; null where there are no locks. */
  lock: ((lead: () => Promise<void>) => void) | null;
  now: () => number;
}

const PATH = '/v1/events/stream';
const GATHER_MS = 80; // so long are events gathered: a burst is one message to the tabs, not a thousand
const SILENT_MS_MAX = 40_000; // the server says something every 15 s: a connection more silent than this is dead
const RESYNC_MS = 120_000; // after a longer gap everything is read again: sooner done than hearing it all
const AGAIN_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

export class Live {
  state: LiveState = { status: 'connecting', since: null };

  private hearers = new Set<Hear>();
  private watchers = new Set<() => void>();
  private resyncers = new Set<() => void>();
  private channel: Channel | null = null;
  private source: Source | null = null;
  private leads = false;
  private last: number | null = null;
  private failures = 0;
  private gathered: LiveEvent[] = [];
  private timers: { gather?: ReturnType<typeof setTimeout>; again?: ReturnType<typeof setTimeout>; silent?: ReturnType<typeof setTimeout> } = {};
  private stopLeading: () => void = () => {};

  constructor(private readonly around: Surroundings) {}

  /** Whether this tab owns the connection. */
  get leading(): boolean {
    return this.leads;
  }

  start(): void {
    if (this.channel) return;
    this.channel = this.around.channel();
    this.channel.onmessage = ({ data }) => this.told(data);
    this.channel.postMessage({ kind: 'ask' });
    if (this.around.lock) {
      this.around.lock(() => new Promise<void>((resolve) => {
        if (!this.channel) return resolve();
        this.stopLeading = resolve;
        this.lead();
      }));
    } else this.lead();
  }

  stop(): void {
    Object.values(this.timers).forEach(clearTimeout);
    this.timers = {};
    this.source?.close();
    this.source = null;
    this.channel?.close();
    this.channel = null;
    this.leads = false;
    this.last = null;
    this.failures = 0;
    this.gathered = [];
    this.state = { status: 'connecting', since: null };
    this.stopLeading();
  }

  hear(hear: Hear): () => void {
    this.hearers.add(hear);
    return () => void this.hearers.delete(hear);
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  };

  /** Called when so much was missed that all of it has to be read again. */
  resynced(then: () => void): () => void {
    this.resyncers.add(then);
    return () => void this.resyncers.delete(then);
  }

  private lead(): void {
    this.leads = true;
    this.connect();
  }

  private connect(): void {
    const since = this.state.since;
    const gap = since === null ? 0 : this.around.now() - since;
    const fresh = this.last === null || gap > RESYNC_MS;
    const source = this.around.open(`${PATH}?named=false&${fresh ? 'latest=true' : `after=${this.last}`}`);
    this.source = source;
    source.addEventListener('start', (message) => {
      this.failures = 0;
      this.last = Number(message.lastEventId);
      if (fresh && since !== null) this.resync();
      this.become({ status: 'live', since: this.around.now() });
      this.alive();
    });
    source.addEventListener('tick', () => this.alive());
    source.addEventListener('message', (message) => {
      this.alive();
      this.gather(JSON.parse(message.data) as LiveEvent);
    });
    source.onerror = () => this.broken();
    this.timers.silent = setTimeout(() => this.broken(), SILENT_MS_MAX);
  }

  private alive(): void {
    clearTimeout(this.timers.silent);
    this.timers.silent = setTimeout(() => this.broken(), SILENT_MS_MAX);
    if (this.state.status === 'live') this.state.since = this.around.now(); // known to be current; nobody need be told
  }

  private broken(): void {
    clearTimeout(this.timers.silent);
    this.source?.close();
    this.source = null;
    if (!this.leads || !this.channel) return;
    this.become({ status: this.state.since === null ? 'connecting' : 'reconnecting', since: this.state.since });
    const wait = AGAIN_MS[Math.min(this.failures++, AGAIN_MS.length - 1)]!;
    clearTimeout(this.timers.again);
    this.timers.again = setTimeout(() => this.connect(), wait);
  }

  private gather(event: LiveEvent): void {
    if (this.last !== null && event.sequence <= this.last) return; // told again after a reconnect
    this.last = event.sequence;
    this.gathered.push(event);
    this.timers.gather ??= setTimeout(() => this.pass(), GATHER_MS);
  }

  private pass(): void {
    this.timers.gather = undefined;
    const events = this.gathered;
    this.gathered = [];
    if (!events.length || this.last === null) return;
    this.channel?.postMessage({ kind: 'events', events, last: this.last });
    this.emit(events);
  }

  private emit(events: LiveEvent[]): void {
    this.hearers.forEach((hear) => hear(events));
  }

  private resync(): void {
    this.channel?.postMessage({ kind: 'resync' });
    this.resyncers.forEach((then) => then());
  }

  private become(state: LiveState): void {
    this.state = state;
    this.watchers.forEach((watcher) => watcher());
    if (this.leads) this.channel?.postMessage({ kind: 'state', state, last: this.last });
  }

  private told(message: Message): void {
    if (message.kind === 'ask') {
      if (this.leads) this.channel?.postMessage({ kind: 'state', state: this.state, last: this.last });
    } else if (this.leads) return;
    else if (message.kind === 'events') {
      this.last = message.last;
      if (this.state.status === 'live') this.state.since = this.around.now();
      this.emit(message.events);
    } else if (message.kind === 'resync') this.resyncers.forEach((then) => then());
    else {
      this.last = message.last;
      this.become(message.state);
    }
  }
}

const NAME = 'entrepot-live';

export const live = new Live({
  open: (url) => new EventSource(url, { withCredentials: true }) as unknown as Source,
  channel: () => new BroadcastChannel(NAME) as unknown as Channel,
  lock: typeof navigator !== 'undefined' && 'locks' in navigator ? (lead) => void navigator.locks.request(NAME, lead) : null,
  now: () => Date.now(),
});
