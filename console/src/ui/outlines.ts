/** The shapes behind a map, as files of our own: no tiles, no network but ours. */
import { geoAlbersUsa, geoNaturalEarth1, geoPath, type GeoProjection } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import states from 'us-atlas/states-albers-10m.json?url';
import countries from 'world-atlas/countries-110m.json?url';

export type Area = 'us' | 'world';

export const WIDTH = 975;
export const HEIGHT = 610;

/** Where a point of the earth stands on the map; null: outside of it. */
export type Project = (lon: number, lat: number) => [number, number] | null;

export interface Outline {
  land: string;
  borders: string;
  project: Project;
}

// The states come drawn already, in this very projection.
const usa: GeoProjection = geoAlbersUsa().scale(1300).translate([WIDTH / 2, HEIGHT / 2]);
const world: GeoProjection = geoNaturalEarth1().fitExtent(
  [
    [8, 8],
    [WIDTH - 8, HEIGHT - 8],
  ],
  { type: 'Sphere' },
);

const onto = (projection: GeoProjection): Project => (lon, lat) => projection([lon, lat]);

/** The area that shows all of these: the United States where each is there, else the world. */
export function areaOf(points: readonly { lat: number; lon: number }[]): Area {
  return points.every(({ lat, lon }) => usa([lon, lat]) !== null) ? 'us' : 'world';
}

export async function outline(area: Area): Promise<Outline> {
  const file = area === 'us' ? states : countries;
  const shapes = (await (await fetch(file)).json()) as Topology<Record<string, GeometryCollection>>;
  const path = area === 'us' ? geoPath() : geoPath(world);
  const [whole, parts] = area === 'us' ? [shapes.objects.nation!, shapes.objects.states!] : [shapes.objects.land!, shapes.objects.countries!];
  return {
    land: path(feature(shapes, whole)) ?? '',
    borders: path(mesh(shapes, parts, (one, other) => one !== other)) ?? '',
    project: onto(area === 'us' ? usa : world),
  };
}
