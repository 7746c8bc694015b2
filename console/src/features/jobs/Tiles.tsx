import { number } from '@/i18n';
import { outcomeWord } from './words';

const FIRST = ['created', 'updated', 'unchanged'];

/** What became of rows, or would: a number for each outcome, the rejected last. */
export function Tiles({ counts, rejected }: { counts: Record<string, number>; rejected: number }) {
  const rest = Object.keys(counts).filter((each) => !FIRST.includes(each));
  const shown = [...FIRST.filter((each) => each in counts || !rest.length), ...rest];
  return (
    <dl className="tiles">
      {shown.map((outcome) => (
        <div key={outcome}>
          <dt>{outcomeWord(outcome)}</dt>
          <dd>{number(counts[outcome] ?? 0)}</dd>
        </div>
      ))}
      <div data-tone={rejected ? 'red' : undefined}>
        <dt>{outcomeWord('rejected')}</dt>
        <dd>{number(rejected)}</dd>
      </div>
    </dl>
  );
}
