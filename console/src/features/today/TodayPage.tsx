import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDot, OctagonAlert, TriangleAlert, type LucideIcon } from 'lucide-react';
import { ask, http } from '@/api/client';
import { number } from '@/i18n';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { Page, Panel } from '@/ui/Panel';
import { SkeletonPage } from '@/ui/States';
import { ToneText } from '@/ui/Status';
import { Age } from '@/ui/Time';
import { Feed } from './Feed';
import { linkOf, shareOf, sorted, toneOf, type Figure, type Overview } from './model';
import { figureNote, figureWord, stageWord, t } from './words';
import './today.css';

const AGAIN_MS = 5_000; // ages and thresholds move without any event

export default function TodayPage() {
  const query = useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => ask(http.GET('/v1/overview', { signal })),
    refetchInterval: AGAIN_MS,
    staleTime: 1_000,
  });
  return (
    <Loaded query={query} skeleton={<SkeletonPage />}>
      {(seen) => (
        <Page title={t('title')}>
          <Way stages={seen.stages} />
          <div className="today-halves">
            <Figures figures={seen.figures} />
            <Feed sequence={seen.sequence} />
          </div>
        </Page>
      )}
    </Loaded>
  );
}

/** The way of orders, from capture to the customer: each step is the list of what stands there. */
function Way({ stages }: { stages: Overview['stages'] }) {
  return (
    <Panel title={t('way')} aside={t('way.aside')} flush>
      <ol className="today-way" aria-label={t('way')}>
        {stages.map((stage) => {
          const { to, search } = linkOf(stage.stage, stage.query);
          return (
            <li key={stage.stage}>
              <Go to={to} search={search} className="today-stage">
                <span className="today-stage-name">{stageWord(stage.stage)}</span>
                <span className="today-count">{stage.more ? t('more', { count: stage.orders }) : number(stage.orders)}</span>
                <span className="today-bar" aria-hidden>
                  <i style={{ inlineSize: `${100 * shareOf(stage.orders, stages)}%` }} data-stage={stage.stage} />
                </span>
                <span className="small muted nowrap">{stageNote(stage)}</span>
              </Go>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

function stageNote(stage: Overview['stages'][number]) {
  if (stage.stage === 'delivered') return t('stage.delivered.note');
  if (!stage.oldest_at) return t('nothing');
  return (
    <>
      {t('oldest')} <Age at={stage.oldest_at} short />
    </>
  );
}

const LEVELS: Record<Figure['level'], LucideIcon> = { good: CircleCheck, warn: TriangleAlert, alarm: OctagonAlert };

/** What asks to be looked at, the worst first, each the list of what it counts. */
function Figures({ figures }: { figures: readonly Figure[] }) {
  const all = figures.every((figure) => figure.level === 'good');
  return (
    <section className="today-figures" aria-label={t('look')}>
      <h2 className="today-title">
        {t('look')}
        {all && (
          <ToneText tone="teal" icon={CircleCheck}>
            {t('look.good')}
          </ToneText>
        )}
      </h2>
      <ul>
        {sorted(figures).map((figure) => (
          <li key={figure.name}>
            <Tile figure={figure} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tile({ figure }: { figure: Figure }) {
  const { to, search } = linkOf(figure.name, figure.query);
  const Icon = LEVELS[figure.level] ?? CircleDot;
  return (
    <Go to={to} search={search} className="today-tile" title={thresholds(figure)}>
      <span className="row">
        <span className="strong">{figureWord(figure.name)}</span>
        <span className="push small">
          <ToneText tone={toneOf(figure.level)} icon={Icon}>
            {t(`level.${figure.level}`)}
          </ToneText>
        </span>
      </span>
      <span className="row">
        <span className="today-count" data-level={figure.level}>
          {figure.more ? t('more', { count: figure.count }) : number(figure.count)}
        </span>
        {figure.oldest_at && figure.count > 0 && (
          <span className="push small muted nowrap">
            {t('oldest')} <Age at={figure.oldest_at} short />
          </span>
        )}
      </span>
      <span className="small muted">{figureNote(figure.name)}</span>
    </Go>
  );
}

function thresholds({ warn, alarm }: Figure): string | undefined {
  if (warn === null) return undefined;
  return alarm === null ? t('level.from.warn', { warn }) : t('level.from', { warn, alarm });
}
