import { useQuery } from '@tanstack/react-query';
import { Loaded } from '@/ui/Loaded';
import { useParam } from '@/ui/address';
import { SkeletonPage } from '@/ui/States';
import { OrderView } from './OrderView';
import { orderQuery } from './reads';

/** One order, whole: how far it has come, who works on it, why there, what it costs, and all that happened. */
export default function OrderPage() {
  const id = useParam('id');
  const query = useQuery(orderQuery(id));
  return (
    <Loaded query={query} skeleton={<SkeletonPage />}>
      {(order) => <OrderView key={order.id} order={order} />}
    </Loaded>
  );
}
