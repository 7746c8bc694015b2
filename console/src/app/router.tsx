import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate, Outlet, type AnyRoute } from '@tanstack/react-router';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Suspense, type ComponentType, type ReactNode } from 'react';
import { allows, sessionQuery, useSession } from '@/api/session';
import { parseSearch, stringifySearch, type Search } from '@/ui/address';
import { EmptyState, Forbidden, SkeletonPage } from '@/ui/States';
import { Boot } from './Boot';
import type { PageOf } from './feature';
import { features } from './features';
import { Crashed, NotFound } from './Fault';
import { allowed, entries } from './nav';
import { Shell } from './Shell';
import { SignIn } from './SignIn';
import { t } from './words';

/** Who is not signed in sees the sign-in page at the address they came for, and that page after it. */
function Gate() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  return session ? <Shell /> : <SignIn />;
}

const root = createRootRoute({
  component: () => (
    <Suspense fallback={<Boot />}>
      <Outlet />
    </Suspense>
  ),
  errorComponent: Crashed,
});

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Gate });

function guarded(scope: string | undefined, Component: ComponentType): () => ReactNode {
  return function Guarded() {
    const session = useSession();
    return allows(session, scope) ? <Component /> : <Forbidden scope={scope} page />;
  };
}

function route(page: PageOf, scope: string | undefined): AnyRoute {
  return createRoute({
    getParentRoute: () => shell,
    path: page.path,
    validateSearch: (search: Search): Search => search,
    component: guarded(page.scope ?? scope, lazyRouteComponent(page.page)),
    pendingComponent: SkeletonPage,
    errorComponent: Crashed,
  }) as unknown as AnyRoute;
}

/** The first page of the menu, where no feature has claimed the start. */
function Start() {
  const session = useSession();
  const first = entries(allowed(features, session))[0];
  if (first) return <Navigate to={first.path} replace />;
  return <EmptyState page title={t('start.title', { name: session?.user.name ?? '' })}>{t('start.text')}</EmptyState>;
}

const pages = features.flatMap((feature) => feature.pages.map((page) => route(page, feature.scope)));
const started = features.some((feature) => feature.pages.some((page) => page.path === '/'));
const elsewhere = createRoute({ getParentRoute: () => shell, path: '$', component: NotFound });
const start = createRoute({ getParentRoute: () => shell, path: '/', component: Start });

/** Begins to load the page of an address, beside whatever else must be known before it is shown. */
export function fetchPage(path: string): void {
  const page = features.flatMap((feature) => feature.pages).find((each) => new RegExp(`^${each.path.replace(/\$\w+/g, '[^/]+')}$`).test(path));
  void page?.page().catch(() => undefined); // shown as a fault where the page itself asks for it
}

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren([...(started ? [] : [start as unknown as AnyRoute]), ...pages, elsewhere as unknown as AnyRoute])]),
  defaultPreload: 'intent',
  defaultNotFoundComponent: NotFound,
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
});
