import { ActionIcon } from '@mantine/core';
import { select } from 'd3-selection';
import { zoom, zoomIdentity, type ZoomBehavior, type ZoomTransform } from 'd3-zoom';
import { Maximize, Minus, Plus } from 'lucide-react';
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { say } from '@/i18n';
import { areaOf, HEIGHT, outline, WIDTH, type Outline } from './outlines';
import { Bone, ErrorState } from './States';
import type { Tone } from './Status';
import './outline-map.css';

export interface Place {
  id: string;
  lat: number;
  lon: number;
  /** What it is and how it stands, in words: `Reno DC, 82 % of capacity, open`. */
  label: string;
  shape: 'circle' | 'square';
  /** From 0 to 1: how much is done there. */
  size: number;
  tone: Tone;
}

export interface Flow {
  from: { lat: number; lon: number };
  to: { lat: number; lon: number };
  /** From 0 to 1, of the largest. */
  weight: number;
}

interface Props {
  label: string;
  places: readonly Place[];
  flows?: readonly Flow[];
  selected?: string;
  onSelect: (id: string) => void;
}

const ZOOM_MAX = 12;
const STEP = 1.6;

/**
 * Places on an outline map that needs no network. Zoom by wheel, pinch, buttons or `+` `-` `0`; Tab enters the
 * places and the arrows go to the next one that way. The same belongs beside it as a list.
 */
export function OutlineMap({ label, places, flows = [], selected, onSelect }: Props) {
  const area = areaOf(places);
  const [shapes, setShapes] = useState<Outline | null>(null);
  const [fault, setFault] = useState<Error | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let left = false;
    outline(area).then(
      (found) => !left && setShapes(found),
      (error: Error) => !left && setFault(error),
    );
    return () => {
      left = true;
    };
  }, [area, tries]);
  const retry = () => {
    setFault(null);
    setTries(tries + 1);
  };
  if (fault) return <ErrorState error={fault} retry={retry} />;
  if (!shapes) return <Bone height={420} />;
  return <Drawn label={label} places={places} flows={flows} selected={selected} onSelect={onSelect} shapes={shapes} />;
}

interface Spot extends Place {
  x: number;
  y: number;
}

function Drawn({ label, places, flows, selected, onSelect, shapes }: Props & { flows: readonly Flow[]; shapes: Outline }) {
  const [view, frame, by] = useZoom();
  const spots = useMemo(() => located(places, shapes), [places, shapes]);
  const [current, setCurrent] = useState<string>();
  const active = current ?? selected ?? spots[0]?.id;
  const pressed = (event: KeyboardEvent, spot: Spot) => {
    if (event.key === 'Enter' || event.key === ' ') onSelect(spot.id);
    else if (!event.key.startsWith('Arrow')) return;
    else {
      const next = towards(spots, spot, event.key);
      if (next) {
        setCurrent(next.id);
        frame.current?.querySelector<SVGElement>(`[data-id="${CSS.escape(next.id)}"]`)?.focus();
      }
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const zoomKeys = (event: KeyboardEvent) => {
    const step = { '+': STEP, '=': STEP, '-': 1 / STEP, '0': 0 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    by(step);
  };
  return (
    <div className="outline-map" role="group" aria-label={label} onKeyDown={zoomKeys}>
      <svg ref={frame} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
        <g transform={view.toString()}>
          <Land shapes={shapes} scale={view.k} />
          <Flows flows={flows} shapes={shapes} scale={view.k} />
          {spots.map((spot) => (
            <Mark
              key={spot.id}
              spot={spot}
              scale={view.k}
              selected={spot.id === selected}
              tabIndex={spot.id === active ? 0 : -1}
              onSelect={() => {
                setCurrent(spot.id);
                onSelect(spot.id);
              }}
              onKeyDown={(event) => pressed(event, spot)}
            />
          ))}
        </g>
      </svg>
      <div className="outline-map-tools no-print">
        <ActionIcon variant="default" onClick={() => by(STEP)} aria-label={say('map.in')}>
          <Plus size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" onClick={() => by(1 / STEP)} aria-label={say('map.out')}>
          <Minus size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" onClick={() => by(0)} aria-label={say('map.all')}>
          <Maximize size={14} aria-hidden />
        </ActionIcon>
      </div>
    </div>
  );
}

/** How the map is zoomed; `by(factor)` zooms, `by(0)` shows all of it again. */
function useZoom() {
  const frame = useRef<SVGSVGElement>(null);
  const behavior = useRef<ZoomBehavior<SVGSVGElement, unknown>>(null);
  const [view, setView] = useState<ZoomTransform>(zoomIdentity);
  useEffect(() => {
    const own = zoom<SVGSVGElement, unknown>()
      .scaleExtent([1, ZOOM_MAX])
      .translateExtent([
        [0, 0],
        [WIDTH, HEIGHT],
      ])
      .on('zoom', (event: { transform: ZoomTransform }) => setView(event.transform));
    behavior.current = own;
    const drawn = select(frame.current!);
    drawn.call(own).on('dblclick.zoom', null);
    return () => void drawn.on('.zoom', null);
  }, []);
  const by = (factor: number) => {
    const drawn = select(frame.current!);
    if (factor) behavior.current?.scaleBy(drawn, factor);
    else behavior.current?.transform(drawn, zoomIdentity);
  };
  return [view, frame, by] as const;
}

function located(places: readonly Place[], shapes: Outline): Spot[] {
  const found = places.flatMap((place): Spot[] => {
    const point = shapes.project(place.lon, place.lat);
    return point ? [{ ...place, x: point[0], y: point[1] }] : [];
  });
  return found.sort((one, other) => other.size - one.size); // the small are drawn over the large
}

/** The nearest place in the direction of an arrow key. */
export function towards<S extends { x: number; y: number }>(spots: readonly S[], from: S, key: string): S | undefined {
  const along = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  if (!along) return undefined;
  const [ax, ay] = along as [number, number];
  let best: S | undefined;
  let least = Infinity;
  for (const spot of spots) {
    const [dx, dy] = [spot.x - from.x, spot.y - from.y];
    const ahead = dx * ax + dy * ay;
    const aside = Math.abs(dx * ay) + Math.abs(dy * ax);
    const cost = ahead + 2 * aside;
    if (ahead > 0.01 && ahead >= aside && cost < least) [best, least] = [spot, cost];
  }
  return best;
}

const Land = memo(function Land({ shapes, scale }: { shapes: Outline; scale: number }) {
  return (
    <g aria-hidden>
      <path d={shapes.land} className="outline-land" />
      <path d={shapes.borders} className="outline-borders" strokeWidth={0.8 / scale} />
    </g>
  );
});

const Flows = memo(function Flows({ flows, shapes, scale }: { flows: readonly Flow[]; shapes: Outline; scale: number }) {
  return (
    <g aria-hidden>
      {flows.map((flow, at) => {
        const from = shapes.project(flow.from.lon, flow.from.lat);
        const to = shapes.project(flow.to.lon, flow.to.lat);
        if (!from || !to) return null;
        return <path key={at} className="outline-flow" d={arc(from, to)} strokeWidth={(0.6 + 3 * flow.weight) / scale} strokeOpacity={0.25 + 0.45 * flow.weight} />;
      })}
    </g>
  );
});

/** A line that bends aside, so that there and back are two. */
function arc([x1, y1]: [number, number], [x2, y2]: [number, number]): string {
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const [dx, dy] = [(x2 - x1) * 0.15, (y2 - y1) * 0.15];
  return `M${x1},${y1}Q${mx + dy},${my - dx} ${x2},${y2}`;
}

interface MarkProps {
  spot: Spot;
  scale: number;
  selected: boolean;
  tabIndex: number;
  onSelect: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function Mark({ spot, scale, selected, tabIndex, onSelect, onKeyDown }: MarkProps) {
  const radius = (spot.shape === 'square' ? 6 + 5 * spot.size : 3.5 + 4 * spot.size) / Math.sqrt(scale) ** 1.5;
  const shared = {
    className: 'outline-mark',
    'data-tone': spot.tone,
    'data-selected': selected ? '' : undefined,
    strokeWidth: (selected ? 2.4 : 1) / scale,
  };
  return (
    <g role="button" tabIndex={tabIndex} aria-label={spot.label} aria-pressed={selected} data-id={spot.id} onClick={onSelect} onKeyDown={onKeyDown} className="outline-place">
      <title>{spot.label}</title>
      <circle cx={spot.x} cy={spot.y} r={Math.max(radius, 12 / scale)} fill="transparent" />
      {spot.shape === 'square' ? (
        <rect x={spot.x - radius} y={spot.y - radius} width={2 * radius} height={2 * radius} rx={radius * 0.3} {...shared} />
      ) : (
        <circle cx={spot.x} cy={spot.y} r={radius} {...shared} />
      )}
    </g>
  );
}
