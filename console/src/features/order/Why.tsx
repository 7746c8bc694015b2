import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Route, ShieldAlert, Sparkles, Volume2, VolumeX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { humanize, money, number } from '@/i18n';
import { one, useAddress, type Search } from '@/ui/address';
import { Loaded } from '@/ui/Loaded';
import { Panel } from '@/ui/Panel';
import { EmptyState } from '@/ui/States';
import { StatusBadge } from '@/ui/Status';
import { decisionsQuery } from './reads';
import type { Order } from './story';
import { madeWord, partWord, t } from './words';

type Decision = Schemas['Decision'];
type PanelOf = Schemas['Panel'];

const read = (search: Search) => one(search.decision) ?? null;

/** Why these nodes: what could have done it, what each weighs, who was ruled out and by what, what would have changed it. */
export function Why({ order }: { order: Order }) {
  const [named, change] = useAddress(read);
  const made = order.timeline.filter((entry) => entry.decision).length;
  const query = useQuery(decisionsQuery(order.id, String(made)));
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (named) place.current?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  }, [named]);
  return (
    <div ref={place} className="why">
      <Loaded query={query} skeleton={<Panel icon={Route} title={t('why.title')} aside={t('why.loading')}><div className="why-wait" /></Panel>}>
        {({ items }) => {
          const shown = items.find((each) => each.id === named) ?? items.at(-1);
          if (!shown) {
            return (
              <Panel icon={Route} title={t('why.title')}>
                <EmptyState icon={Route} title={t('why.none')}>
                  {t('why.none.text')}
                </EmptyState>
              </Panel>
            );
          }
          return <Decided decision={shown} all={items} currency={order.currency} onChoose={(id) => change({ decision: id }, { replace: true })} />;
        }}
      </Loaded>
    </div>
  );
}

interface DecidedProps {
  decision: Decision;
  all: readonly Decision[];
  currency: string;
  onChoose: (id: string) => void;
}

function Decided({ decision, all, currency, onChoose }: DecidedProps) {
  const panel = decision.panel;
  const versions = { policy: panel.policy_version, network: panel.network_version };
  return (
    <Panel
      flush
      icon={Route}
      title={t('why.title')}
      aside={panel.rule ? t('why.rule', { rule: panel.rule, ...versions }) : t('why.plain', versions)}
      actions={<Aloud key={decision.id} text={panel.sentence} />}
    >
      {all.length > 1 && (
        <div className="why-which">
          <SegmentedControl
            aria-label={t('why.decision')}
            value={decision.id}
            onChange={onChoose}
            data={all.map((each, at) => ({ value: each.id, label: `${at + 1} · ${madeWord(each.kind)}` }))}
          />
        </div>
      )}
      <p className="why-said">{panel.sentence}</p>
      {panel.candidates.length > 0 && <Candidates panel={panel} currency={currency} />}
      {panel.eliminated.length > 0 && <Out panel={panel} />}
      <Otherwise panel={panel} />
      <p className="why-foot small muted">{t(decision.reproduced ? 'why.reproduced' : 'why.differs')}</p>
    </Panel>
  );
}

function Candidates({ panel, currency }: { panel: PanelOf; currency: string }) {
  const used = [...new Set(panel.candidates.flatMap((row) => row.parts.map((part) => part.part)))];
  return (
    <>
      <div className="table-scroll">
        <table className="table why-table" aria-label={t('why.candidate')}>
          <thead>
            <tr>
              <th>{t('why.candidate')}</th>
              <th className="num">{t('why.zone')}</th>
              <th className="num">{t('why.cost')}</th>
              <th className="num">{t('why.more')}</th>
              <th className="why-bar-head">{t('why.parts')}</th>
            </tr>
          </thead>
          <tbody>
            {panel.candidates.map((row) => (
              <tr key={row.nodes.map((node) => node.node).join()} data-selected={row.chosen || undefined}>
                <td>
                  <span className="row">
                    <span className={row.chosen ? 'strong truncate' : 'truncate'}>{row.nodes.map((node) => node.name).join(' + ')}</span>
                    {row.chosen && <span className="tag" data-kind="chosen">{t('why.chosen')}</span>}
                    {row.runner_up && <span className="tag">{t('why.next')}</span>}
                  </span>
                </td>
                <td className="num">{row.zone ?? '–'}</td>
                <td className="num">{money(row.cost, currency)}</td>
                <td className="num muted">{row.more > 0 ? `+${money(row.more, currency)}` : '–'}</td>
                <td>
                  <Bar row={row} max={panel.weighed_max} currency={currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="why-legend small muted" aria-label={t('why.legend')} role="group">
        {used.map((part) => (
          <span key={part} className="row">
            <i data-part={part} aria-hidden /> {partWord(part)}
          </span>
        ))}
        {panel.candidate_count > panel.candidates.length && (
          <span className="push">{t('why.shown', { shown: panel.candidates.length, count: panel.candidate_count })}</span>
        )}
      </div>
    </>
  );
}

function Bar({ row, max, currency }: { row: Schemas['Row']; max: number; currency: string }) {
  const said = row.parts.map((part) => `${partWord(part.part)} ${money(part.amount, currency)}`).join(', ');
  return (
    <span className="bar" role="img" aria-label={t('why.parts.of', { node: row.nodes.map((node) => node.name).join(', '), parts: said })} title={said}>
      {row.parts.map((part) => (
        <i key={part.part} data-part={part.part} style={{ inlineSize: `${Math.max(0, (100 * part.amount) / Math.max(max, 1))}%` }} />
      ))}
    </span>
  );
}

function Out({ panel }: { panel: PanelOf }) {
  return (
    <details className="why-out">
      <summary>
        {t('why.out', { count: panel.eliminated_count })}
        <span className="muted small">{panel.eliminated.map((each) => `${each.words} (${number(each.count)})`).join(' · ')}</span>
      </summary>
      <dl>
        {panel.eliminated.map((each) => (
          <div key={each.reason}>
            <dt>{each.words}</dt>
            <dd>
              {each.nodes.map((node, at) => (
                <span key={node.node}>
                  {at > 0 && ', '}
                  {node.name}
                  {node.free !== null && <span className="muted"> ({t('why.out.free', { count: node.free })})</span>}
                  {node.limit !== null && <span className="muted"> ({t('why.out.day', { used: node.used ?? 0, limit: node.limit })})</span>}
                </span>
              ))}
              {each.count > each.nodes.length && <span className="muted"> {t('why.out.more', { count: each.count - each.nodes.length })}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Otherwise({ panel }: { panel: PanelOf }) {
  if (!panel.binding && !panel.flips.length) return null;
  return (
    <div className="why-otherwise">
      {panel.binding && (
        <div>
          <h3>{t('why.binding')}</h3>
          <p>
            <StatusBadge tone="orange" icon={ShieldAlert}>
              {humanize(panel.binding.constraint)}
            </StatusBadge>{' '}
            {panel.binding.words}
          </p>
        </div>
      )}
      {panel.flips.length > 0 && (
        <div>
          <h3>
            <Sparkles size={13} aria-hidden /> {t('why.flips')}
          </h3>
          <ul>
            {panel.flips.map((flip) => (
              <li key={flip.words}>{flip.words}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** Reads the decision aloud, where the machine has a voice. */
function Aloud({ text }: { text: string }) {
  const [speaks, setSpeaks] = useState(false);
  const can = typeof window !== 'undefined' && 'speechSynthesis' in window;
  useEffect(() => () => void (can && window.speechSynthesis.cancel()), [can]);
  if (!can) return null;
  const toggle = () => {
    window.speechSynthesis.cancel();
    if (speaks) return setSpeaks(false);
    const voice = new SpeechSynthesisUtterance(text);
    voice.onend = () => setSpeaks(false);
    voice.onerror = () => setSpeaks(false);
    window.speechSynthesis.speak(voice);
    setSpeaks(true);
  };
  const Icon = speaks ? VolumeX : Volume2;
  return (
    <Button variant="subtle" size="compact-xs" leftSection={<Icon size={13} aria-hidden />} onClick={toggle}>
      {t(speaks ? 'why.stop' : 'why.aloud')}
    </Button>
  );
}
