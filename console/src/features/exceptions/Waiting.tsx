import { useQuery } from '@tanstack/react-query';
import { Count } from '@/ui/Values';
import { queuesQuery } from './reads';

/** How many wait for a person, beside the entry of the menu. */
export function Waiting() {
  const { data } = useQuery(queuesQuery);
  return <Count value={data?.items.reduce((sum, queue) => sum + queue.waiting, 0)} />;
}
