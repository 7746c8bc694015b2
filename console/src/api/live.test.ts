import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Live, type LiveEvent, type Surroundings } from './live';

/** A browser: its tabs share a channel and a lock, and a server that can be cut off. */
class Browser {
  opened: { url: string; source: FakeSource }[] = [];
  private channels = new Set<FakeChannel>();
  private waiting: (() => Promise<void>)[] = [];
  private held = false;

  tab(locks = true): Live {
    const around: Surroundings = {
      open: (url) => {
        const source = new FakeSource();
        this.opened.push({ url, source });
        return source;
      },
      channel: () => {
        const channel = new FakeChannel(this.channels);
        this.channels.add(channel);
        return channel as never;
      },
      lock: locks
        ? (lead) => {
            this.waiting.push(lead);
            this.next();
          }
        : null,
      now: () => Date.now(),
    };
    return new Live(around);
  }

  get source(): FakeSource {
    return this.opened.at(-1)!.source;
  }

  private next(): void {
    if (this.held) return;
    const lead = this.waiting.shift();
    if (!lead) return;
    this.held = true;
    void lead().then(() => {
      this.held = false;
      this.next();
    });
  }
}

class FakeChannel {
  onmessage: ((message: { data: unknown }) => void) | null = null;
  constructor(private readonly all: Set<FakeChannel>) {}
  postMessage(data: unknown): void {
    for (const other of this.all) if (other !== this) other.onmessage?.({ data });
  }
  close(): void {
    this.all.delete(this);
  }
}

class FakeSource {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  private hearers = new Map<string, (message: { data: string; lastEventId: string }) => void>();
  addEventListener(name: string, hear: (message: { data: string; lastEventId: string }) => void): void {
    this.hearers.set(name, hear);
  }
  close(): void {
    this.closed = true;
  }
  start(sequence: number): void {
    this.hearers.get('start')?.({ data: String(sequence), lastEventId: String(sequence) });
  }
  send(...sequences: number[]): void {
    for (const sequence of sequences) this.hearers.get('message')?.({ data: JSON.stringify(event(sequence)), lastEventId: String(sequence) });
  }
}

const event = (sequence: number): LiveEvent => ({ sequence, type: 'order.held', subject: 'orders/1', time: '', data: {} });

function heardBy(live: Live): number[] {
  const heard: number[] = [];
  live.hear((events) => heard.push(...events.map((each) => each.sequence)));
  return heard;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('eight tabs have one connection, and each hears everything once', () => {
  const browser = new Browser();
  const tabs = Array.from({ length: 8 }, () => browser.tab());
  const heard = tabs.map(heardBy);
  tabs.forEach((tab) => tab.start());
  browser.source.start(10);
  browser.source.send(11, 12);
  vi.advanceTimersByTime(100);
  expect(browser.opened).toHaveLength(1);
  expect(browser.opened[0]!.url).toContain('latest=true');
  expect(heard).toEqual(Array.from({ length: 8 }, () => [11, 12]));
  expect(tabs.map((tab) => tab.state.status)).toEqual(Array.from({ length: 8 }, () => 'live'));
});

test('a tab that comes later is told how things stand', () => {
  const browser = new Browser();
  const first = browser.tab();
  first.start();
  browser.source.start(3);
  const later = browser.tab();
  later.start();
  expect(later.state.status).toBe('live');
  expect(later.leading).toBe(false);
});

test('when the leader closes, the next goes on after the last that was heard', async () => {
  const browser = new Browser();
  const [first, second] = [browser.tab(), browser.tab()];
  const heard = heardBy(second);
  first.start();
  second.start();
  browser.source.start(10);
  browser.source.send(11);
  vi.advanceTimersByTime(100);
  first.stop();
  await vi.advanceTimersByTimeAsync(0);
  expect(second.leading).toBe(true);
  expect(browser.opened.at(-1)!.url).toContain('after=11');
  browser.source.start(11);
  browser.source.send(12);
  vi.advanceTimersByTime(100);
  expect(heard).toEqual([11, 12]);
});

test('a break is told to every tab, with the time of what is shown, and healed without a gap', () => {
  vi.setSystemTime(new Date('2026-11-28T14:02:00Z'));
  const browser = new Browser();
  const [first, second] = [browser.tab(), browser.tab()];
  const heard = heardBy(second);
  first.start();
  second.start();
  browser.source.start(5);
  const broken = browser.source;
  broken.onerror?.();
  expect(broken.closed).toBe(true);
  expect(second.state).toEqual({ status: 'reconnecting', since: Date.parse('2026-11-28T14:02:00Z') });
  vi.advanceTimersByTime(600);
  expect(browser.opened).toHaveLength(2);
  expect(browser.opened[1]!.url).toContain('after=5');
  browser.source.start(5);
  browser.source.send(6, 7);
  vi.advanceTimersByTime(100);
  expect(heard).toEqual([6, 7]);
  expect(second.state.status).toBe('live');
});

test('waiting grows from try to try, and an event that is told again is heard once', () => {
  const browser = new Browser();
  const tab = browser.tab();
  const heard = heardBy(tab);
  tab.start();
  browser.source.start(1);
  browser.source.onerror?.();
  vi.advanceTimersByTime(500);
  browser.source.onerror?.();
  vi.advanceTimersByTime(500);
  expect(browser.opened).toHaveLength(2);
  vi.advanceTimersByTime(500);
  expect(browser.opened).toHaveLength(3);
  browser.source.start(1);
  browser.source.send(2, 2, 1, 3);
  vi.advanceTimersByTime(100);
  expect(heard).toEqual([2, 3]);
});

test('after a long gap everything is read again, in every tab, instead of being heard', () => {
  const browser = new Browser();
  const [first, second] = [browser.tab(), browser.tab()];
  const again = vi.fn<() => void>();
  first.resynced(again);
  second.resynced(again);
  first.start();
  second.start();
  browser.source.start(1);
  browser.source.onerror?.();
  for (let gone = 0; gone < 130_000; gone += 15_000) {
    vi.advanceTimersByTime(15_000);
    if (gone < 120_000) browser.source.onerror?.();
  }
  expect(browser.opened.at(-1)!.url).toContain('latest=true');
  browser.source.start(900_000);
  expect(again).toHaveBeenCalledTimes(2);
  expect(second.state.status).toBe('live');
});

test('a connection that says nothing any more is dead', () => {
  const browser = new Browser();
  const tab = browser.tab();
  tab.start();
  browser.source.start(1);
  vi.advanceTimersByTime(39_000);
  expect(tab.state.status).toBe('live');
  vi.advanceTimersByTime(2_000);
  expect(tab.state.status).toBe('reconnecting');
});

test('without locks each tab has a connection of its own', () => {
  const browser = new Browser();
  const [first, second] = [browser.tab(false), browser.tab(false)];
  first.start();
  second.start();
  expect(browser.opened).toHaveLength(2);
});
