import type { LucideIcon } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { dateText } from '@/i18n';
import { useZone } from './clock';
import type { Tone } from './Status';
import { TimeOnly } from './Time';

export interface Moment {
  id: string;
  at: string;
  icon: LucideIcon;
  tone?: Tone;
  title: ReactNode;
  /** Who did it: a person, a rule, a node, a carrier. */
  who?: ReactNode;
  /** Why, and what changed. */
  detail?: ReactNode;
}

/** What happened, newest first as given, by day: who, what, when, why. */
export function Timeline({ moments, zone }: { moments: readonly Moment[]; zone?: string }) {
  const own = useZone();
  const day = (moment: Moment) => dateText(moment.at, zone ?? own);
  return (
    <ol className="timeline">
      {moments.map((moment, at) => {
        const before = moments[at - 1];
        const { icon: Icon } = moment;
        return (
          <Fragment key={moment.id}>
            {(!before || day(before) !== day(moment)) && <li className="day">{day(moment)}</li>}
            <li>
              <span className="dot" data-tone={moment.tone}>
                <Icon size={11} aria-hidden />
              </span>
              <div className="strong">{moment.title}</div>
              {moment.detail && <div className="small">{moment.detail}</div>}
              <div className="small muted">
                {moment.who}
                {moment.who && ' · '}
                <TimeOnly at={moment.at} zone={zone} />
              </div>
            </li>
          </Fragment>
        );
      })}
    </ol>
  );
}
