import type { ReactNode } from 'react';
import { ErrorState, SkeletonLines } from './States';

interface Query<T> {
  data: T | undefined;
  error: Error | null;
  isPending: boolean;
  refetch: () => unknown;
}

/**
 * One read in all its states: a skeleton before it, the refusal with a retry where it failed, else what it gave.
 * What was read before stays on the page while it is read again, also when that fails.
 */
export function Loaded<T>({ query, skeleton, children }: { query: Query<T>; skeleton?: ReactNode; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  return skeleton ?? <SkeletonLines />;
}
