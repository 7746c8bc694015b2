import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { say } from '@/i18n';
import type { DrawnOption } from './ChartDrawn';
import { Bone } from './States';

const Drawn = lazy(() => import('./ChartDrawn'));

export interface Series {
  name: string;
  values: (number | null)[];
  kind?: 'bar' | 'line';
}

interface Props {
  /** What it shows, in a sentence: for who cannot see it, and as the table's caption. */
  label: string;
  /** The name of what runs along the axis: `Day`, `Node`. */
  axis: string;
  categories: string[];
  series: readonly Series[];
  format?: (value: number) => string;
  height?: number;
  stacked?: boolean;
  /** A line to compare with. */
  target?: { value: number; name: string };
  horizontal?: boolean;
  actions?: ReactNode;
}

/** A chart that is also a table: at most four series, named; no motion; its code is loaded when one is shown. */
export function Chart(props: Props) {
  const [view, setView] = useState('chart');
  const { label, axis, categories, series, format = String, height = 220 } = props;
  const option: DrawnOption = props;
  return (
    <div className="col">
      <div className="row no-print">
        <SegmentedControl
          size="xs"
          value={view}
          onChange={setView}
          data={[
            { value: 'chart', label: say('chart.as_chart') },
            { value: 'table', label: say('chart.as_table') },
          ]}
          aria-label={label}
        />
        {props.actions && <span className="push">{props.actions}</span>}
      </div>
      {view === 'chart' ? (
        <Suspense fallback={<Bone height={height} />}>
          <Drawn {...option} height={height} />
        </Suspense>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls has to be reachable by keyboard
        <div className="table-scroll" style={{ maxBlockSize: height + 60 }} tabIndex={0} role="region" aria-label={label}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{axis}</th>
                {series.map((each) => (
                  <th key={each.name} scope="col" className="num">
                    {each.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {categories.map((category, at) => (
                <tr key={category}>
                  <th scope="row" style={{ position: 'static', color: 'var(--ink)' }}>
                    {category}
                  </th>
                  {series.map((each) => (
                    <td key={each.name} className="num">
                      {each.values[at] == null ? '–' : format(each.values[at])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
