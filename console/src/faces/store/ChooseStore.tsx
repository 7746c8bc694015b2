import { useQuery } from '@tanstack/react-query';
import { Store } from 'lucide-react';
import { ask, http, type Schemas } from '@/api/client';
import type { ApiError } from '@/api/problem';
import type { Session } from '@/api/session';
import { EmptyState, ErrorState, SkeletonLines } from '@/ui/States';
import { Screen } from './parts';
import { t } from './words';

const STORED = (user: string) => `entrepot-store-node:${user}`;
const PAGE = 200;

/** The store somebody chose last, or the only one they have; "": they have to choose. */
export function chosenNode(session: Session): string {
  const own = session.user.nodes;
  const last = localStorage.getItem(STORED(session.user.id)) ?? '';
  if (!own) return last;
  return own.includes(last) ? last : own.length === 1 ? own[0]! : '';
}

interface Place {
  node: string;
  name: string;
  city: string;
}

type Node = Schemas['NodeAnswer'];

const placeOf = ({ node, name, address }: Node): Place => ({ node, name, city: [address.city, address.region].filter(Boolean).join(', ') });

async function places(session: Session, signal: AbortSignal): Promise<Place[]> {
  const own = session.user.nodes;
  if (own) return (await Promise.all(own.map((node) => ask(http.GET('/v1/nodes/{node}', { params: { path: { node } }, signal }))))).map(placeOf);
  const found: Place[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await ask(http.GET('/v1/nodes', { params: { query: { limit: PAGE, cursor } }, signal }));
    found.push(...page.items.filter((each) => each.kind === 'store').map(placeOf));
    if (!page.next) return found.sort((a, b) => a.name.localeCompare(b.name));
    cursor = page.next;
  }
}

export function ChooseStore({ session, onChoose }: { session: Session; onChoose: (node: string) => void }) {
  const query = useQuery<Place[], ApiError>({ queryKey: ['places', session.user.id], queryFn: ({ signal }) => places(session, signal) });
  const choose = (node: string) => {
    localStorage.setItem(STORED(session.user.id), node);
    onChoose(node);
  };
  return (
    <div className="app">
      <Screen title={t('store.choose')} sub={session.user.name}>
        {query.isPending && <SkeletonLines lines={6} />}
        {query.error && <ErrorState error={query.error} retry={() => void query.refetch()} />}
        {query.data?.length === 0 && (
          <EmptyState icon={Store} title={t('store.none')}>
            {t('store.none.text')}
          </EmptyState>
        )}
        <ul className="cards">
          {query.data?.map((place) => (
            <li key={place.node}>
              <button type="button" className="card row-card" onClick={() => choose(place.node)}>
                <Store size={22} aria-hidden />
                <span className="col grow">
                  <b>{place.name}</b>
                  <span className="muted">{place.city || place.node}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </Screen>
    </div>
  );
}
