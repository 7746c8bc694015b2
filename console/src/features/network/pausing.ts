/** Pausing a node for a while, and resuming it. */
import { useQueryClient } from '@tanstack/react-query';
import { ask, http, type Schemas } from '@/api/client';
import { useCommand } from '@/api/query';

export interface Pause {
  node: string;
  reason: string;
  until: string;
  service: Schemas['Method'] | null;
  replan: boolean;
}

export interface Resume {
  node: string;
  id: string;
  reason: string;
}

function useChanged() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['network'] });
}

export function usePausing(onDone: () => void) {
  const changed = useChanged();
  return useCommand(
    ({ node, reason, until, service, replan }: Pause, key) =>
      ask(
        http.POST('/v1/nodes/{node}/overrides', {
          params: { path: { node }, header: { 'Idempotency-Key': key } },
          body: { kind: 'pause', reason, until, service, replan } as Schemas['OverrideBody'],
        }),
      ),
    () => {
      void changed();
      onDone();
    },
  );
}

export function useResuming(onDone: () => void) {
  const changed = useChanged();
  return useCommand(
    ({ node, id, reason }: Resume, key) =>
      ask(
        http.POST('/v1/nodes/{node}/overrides/{override}/lift', {
          params: { path: { node, override: id }, header: { 'Idempotency-Key': key } },
          body: { reason },
        }),
      ),
    () => {
      void changed();
      onDone();
    },
  );
}

/** The last moment of a local day in a zone: when the wall clock there says midnight next. */
export function endOfDay(now: number, zone: string): Date {
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' });
  const passed = (at: number) => {
    const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return ((parts.hour! * 60 + parts.minute!) * 60 + parts.second!) * 1000;
  };
  const guess = now - (now % 1000) + 86_400_000 - passed(now);
  const beyond = passed(guess); // where clocks change that day, the guess is an hour off
  return new Date(beyond > 43_200_000 ? guess + 86_400_000 - beyond : guess - beyond);
}

/** What a `datetime-local` field says, as a moment in a zone; null where it is none. */
export function momentIn(text: string, zone: string): Date | null {
  const said = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/.exec(text);
  if (!said) return null;
  const [year, month, day, hour, minute] = said.slice(1).map(Number) as [number, number, number, number, number];
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  return new Date(wall - offset(wall - offset(wall, zone), zone));
}

/** How far a zone's clock is ahead of UTC at a moment, in milliseconds. */
function offset(at: number, zone: string): number {
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!) - (at - (at % 60_000));
}
