/** How reads and writes behave everywhere: what is retried, how long an answer is fresh. */
import { QueryClient, useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useCallback } from 'react';
import { mintKey } from './keys';
import { ApiError } from './problem';

const AGAIN_MAX = 3;

const again = (count: number, fault: Error): boolean => fault instanceof ApiError && fault.retryable && count < AGAIN_MAX;

const wait = (count: number, fault: Error): number =>
  (fault instanceof ApiError && fault.retryAfterMs) || Math.min(500 * 2 ** count, 8_000);

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 15_000, gcTime: 10 * 60_000, retry: (count, fault) => count < 1 && again(count, fault), retryDelay: wait, refetchOnWindowFocus: true },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

interface Sent<I> {
  input: I;
  key: string;
}

export interface Command<I, O> {
  /** Means something new: a fresh key. */
  run: (input: I) => Promise<O>;
  /** Means the same as before, which was not answered: the key it was sent with. */
  again: () => Promise<O> | undefined;
  pending: boolean;
  error: ApiError | null;
  reset: () => void;
  mutation: UseMutationResult<O, ApiError, Sent<I>>;
}

/**
 * A write. `send` gets the key of the intent and passes it on as `Idempotency-Key`; where the network or the
 * server fails it is sent again under the same key, so that it happens once. `after` invalidates what it changed.
 */
export function useCommand<I, O>(send: (input: I, key: string) => Promise<O>, after?: (answer: O, input: I) => unknown): Command<I, O> {
  const mutation = useMutation<O, ApiError, Sent<I>>({
    mutationFn: ({ input, key }) => send(input, key),
    retry: again,
    retryDelay: wait,
    onSuccess: (answer, { input }) => void after?.(answer, input),
  });
  const { mutateAsync, variables, reset } = mutation;
  const run = useCallback((input: I) => mutateAsync({ input, key: mintKey() }), [mutateAsync]);
  const repeat = useCallback(() => (variables ? mutateAsync(variables) : undefined), [mutateAsync, variables]);
  return { run, again: repeat, pending: mutation.isPending, error: mutation.error, reset, mutation };
}
