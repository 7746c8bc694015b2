import { Clock, UserRound } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { troubleWord } from '@/domain/words';
import { useNow } from '@/ui/clock';
import { Age } from '@/ui/Time';
import { ToneText } from '@/ui/Status';
import { LIST_MAX, type Trouble } from './reads';
import { t } from './words';

interface Props {
  items: readonly Trouble[];
  chosen: string;
  more: boolean;
  onOpen: (id: string) => void;
}

/** What the queue holds, the oldest first; the card beside it shows one of them. */
export function List({ items, chosen, more, onOpen }: Props) {
  const now = useNow();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-id="${chosen}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <ul ref={list} className="panel card-list" aria-label={t('list')}>
      {items.map((each) => {
        const late = each.closed_at === null && each.due_at !== null && new Date(each.due_at).getTime() < now;
        return (
          <li key={each.id} data-id={each.id}>
            <button type="button" className="card-entry" aria-current={each.id === chosen || undefined} onClick={() => onOpen(each.id)}>
              <span className="row">
                <span className="strong truncate">{each.order ? <span className="mono">{each.order.number}</span> : troubleWord(each.kind)}</span>
                <span className="push small">
                  {late ? (
                    <ToneText tone="red" icon={Clock}>
                      <Age at={each.opened_at} short />
                    </ToneText>
                  ) : (
                    <span className="muted">
                      <Age at={each.closed_at ?? each.opened_at} short />
                    </span>
                  )}
                </span>
              </span>
              <span className="small muted two-lines">{each.cause[0]}</span>
              {each.assignee && (
                <span className="small row muted">
                  <UserRound size={11} aria-hidden /> {each.assignee}
                </span>
              )}
            </button>
          </li>
        );
      })}
      {more && <li className="small muted card-more">{t('list.more', { count: LIST_MAX })}</li>}
    </ul>
  );
}
