import { ActionIcon, Button, Menu, Textarea, Tooltip } from '@mantine/core';
import { AlarmClock, ArrowRight, ChevronDown, ChevronUp, CircleCheck, Clock, TriangleAlert, UserRound } from 'lucide-react';
import { useAllowed, useSession } from '@/api/session';
import { ageShort, dateTimeText } from '@/i18n';
import { choiceItem } from '@/domain/choices';
import { methodWord, phaseWord, troubleWord } from '@/domain/words';
import { Choices } from '@/ui/Choices';
import { useNow, useZone } from '@/ui/clock';
import { Go } from '@/ui/Go';
import { useKeys } from '@/ui/keys';
import { Panel } from '@/ui/Panel';
import { StatusBadge } from '@/ui/Status';
import { DateTime } from '@/ui/Time';
import { toastFailed, toastUndo, toastDone } from '@/ui/toast';
import { Facts, Money } from '@/ui/Values';
import { napUntil, type Nap } from './flow';
import type { ExceptionCommands, Trouble } from './reads';
import { t } from './words';

interface Props {
  trouble: Trouble;
  /** Its place among `count`; null: it is not in the list that is shown. */
  at: number | null;
  count: number;
  commands: ExceptionCommands;
  onStep: (by: 1 | -1) => void;
  /** It is out of the list: the one that takes its place is next. */
  onDone: () => void;
}

const NAPS: Nap[] = ['hour', 'afternoon', 'tomorrow', 'week'];

const fail = (fault: Error) => toastFailed(fault.message);

export function Card({ trouble, at, count, commands, onStep, onDone }: Props) {
  const mayWrite = useAllowed('exceptions:write');
  const zone = useZone();
  const now = useNow();
  const session = useSession();
  const open = trouble.closed_at === null;
  const own = session !== null && trouble.assignee !== null && [session.user.name, session.user.login].includes(trouble.assignee);

  const choose = (id: string, values: Record<string, string | number>) => {
    const choice = trouble.choices.find((each) => each.id === id)!;
    commands.choose.run({ choice, values }).then((done) => {
      toastDone(t('resolved', { words: done.words }));
      if (!done.open) onDone();
    }, fail);
  };
  const assign = () => {
    const before = trouble.assignee;
    const run = own ? commands.assign.run({ id: trouble.id, to: null }) : commands.assign.run({ id: trouble.id });
    run.then(() => toastUndo(t(own ? 'assign.dropped' : 'assign.done'), () => commands.assign.run({ id: trouble.id, to: before })), fail);
  };
  const snooze = (nap: Nap) => {
    const until = napUntil(nap);
    commands.snooze.run({ id: trouble.id, until: until.toISOString() }).then(() => {
      toastUndo(t('snooze.done', { when: dateTimeText(until, zone) }), () => commands.snooze.run({ id: trouble.id, until: null }));
      onDone();
    }, fail);
  };
  const wake = () => commands.snooze.run({ id: trouble.id, until: null }).then(onDone, fail);
  const asleep = trouble.snoozed_until !== null && new Date(trouble.snoozed_until).getTime() > now;
  useKeys(
    t('card'),
    open && mayWrite
      ? [
          { keys: 'a', label: t('key.assign'), run: assign },
          { keys: 's', label: t('key.snooze'), run: () => (asleep ? void wake() : snooze('hour')) },
        ]
      : [],
  );

  return (
    <Panel className="exception-card" title={troubleWord(trouble.kind)} icon={open ? TriangleAlert : CircleCheck} aside={<Standing trouble={trouble} />} actions={<Steps at={at} count={count} onStep={onStep} />}>
      <div className="card-cause" role="group" aria-label={t('cause')}>
        {trouble.cause.map((said, index) => (
          <p key={said} className={index ? 'muted' : 'card-first'}>
            {said}
          </p>
        ))}
      </div>
      <About trouble={trouble} />
      {open && mayWrite && (
        <>
          <Choices label={t('choices')} choices={trouble.choices.map(choiceItem)} keys pending={commands.choose.pending ? '…' : null} onChoose={choose} />
          <div className="card-foot">
            <Button variant="default" leftSection={<UserRound size={14} aria-hidden />} onClick={assign} loading={commands.assign.pending}>
              {own ? t('assign.drop') : t('assign.me')}
            </Button>
            {asleep ? (
              <Button variant="default" leftSection={<AlarmClock size={14} aria-hidden />} onClick={() => void wake()}>
                {t('snooze.wake')}
              </Button>
            ) : (
              <Menu>
                <Menu.Target>
                  <Button variant="default" leftSection={<AlarmClock size={14} aria-hidden />}>
                    {t('snooze')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {NAPS.map((nap) => (
                    <Menu.Item key={nap} onClick={() => snooze(nap)}>
                      {t(`snooze.${nap}`)}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            )}
            {trouble.assignee && (
              <span className="small muted">{own ? t('assigned.you') : t('assigned', { who: trouble.assignee })}</span>
            )}
            {count > 1 && (
              <Button variant="subtle" className="push" rightSection={<ArrowRight size={14} aria-hidden />} onClick={() => onStep(1)}>
                {t('next')} <kbd className="next-key">E</kbd>
              </Button>
            )}
          </div>
        </>
      )}
      {!open && (
        <p className="muted">
          {t('closed', { who: trouble.closed_by ?? '' })} · <DateTime at={trouble.closed_at} /> · {trouble.close_reason}
        </p>
      )}
    </Panel>
  );
}

function Standing({ trouble }: { trouble: Trouble }) {
  const now = useNow();
  const zone = useZone();
  if (trouble.closed_at !== null || trouble.due_at === null) return null;
  if (trouble.snoozed_until && new Date(trouble.snoozed_until).getTime() > now) {
    return (
      <StatusBadge tone="gray" icon={AlarmClock}>
        {t('snoozed.until', { when: dateTimeText(trouble.snoozed_until, zone) })}
      </StatusBadge>
    );
  }
  const late = new Date(trouble.due_at).getTime() < now;
  return (
    <StatusBadge tone={late ? 'red' : 'gray'} icon={Clock} title={dateTimeText(trouble.due_at, zone)}>
      {t(late ? 'late' : 'left', { age: ageShort(trouble.due_at, now) })}
    </StatusBadge>
  );
}

function Steps({ at, count, onStep }: { at: number | null; count: number; onStep: (by: 1 | -1) => void }) {
  if (at === null || count < 2) return null;
  return (
    <>
      <span className="small muted tabular">{t('position', { at: at + 1, count })}</span>
      <Tooltip label={t('previous')}>
        <ActionIcon aria-label={t('previous')} onClick={() => onStep(-1)}>
          <ChevronUp size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('next')}>
        <ActionIcon aria-label={t('next')} onClick={() => onStep(1)}>
          <ChevronDown size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

function About({ trouble }: { trouble: Trouble }) {
  const order = trouble.order;
  const plain = Object.entries(trouble.detail).filter(([name, value]) => ['string', 'number'].includes(typeof value) && !['body', 'fulfillment_order', 'node'].includes(name));
  return (
    <div className="card-about">
      <Facts
        items={[
          ...(order
            ? ([
                [t('order'), <Go key="o" to={`/orders/${order.id}`} className="mono strong">{order.number}</Go>],
                [t('phase'), `${phaseWord(order.phase)} · ${methodWord(order.method)} · ${order.channel}`],
                [t('customer'), order.customer ?? '–'],
                [t('promise'), <DateTime key="p" at={order.promise_latest} />],
                [t('total'), <Money key="m" minor={order.total} currency={order.currency} />],
              ] as [string, React.ReactNode][])
            : ([[t('subject'), <span key="s" className="mono">{trouble.subject}</span>]] as [string, React.ReactNode][])),
          ...(trouble.node ? ([[t('node'), trouble.node_name ?? trouble.node]] as [string, React.ReactNode][]) : []),
          [t('opened'), <DateTime key="r" at={trouble.opened_at} />],
          ...(order ? [] : plain.map(([name, value]) => [name.replaceAll('_', ' '), String(value)] as [string, React.ReactNode])),
        ]}
      />
      {typeof trouble.detail.body === 'string' && (
        <details className="card-raw">
          <summary>{t('details')}</summary>
          <Textarea aria-label={t('details')} readOnly autosize maxRows={12} value={trouble.detail.body} classNames={{ input: 'mono' }} />
        </details>
      )}
    </div>
  );
}
