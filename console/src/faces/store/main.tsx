import { createRoot } from 'react-dom/client';
import { newQueryClient } from '@/api/query';
import { sessionQuery, watchSession } from '@/api/session';
import { Providers } from '@/app/Providers';
import { StoreApp } from './StoreApp';
import { registerWorker } from './register';

const client = newQueryClient();
watchSession(client);
void client.prefetchQuery(sessionQuery);
registerWorker();

createRoot(document.getElementById('root')!).render(
  <Providers client={client}>
    <StoreApp />
  </Providers>,
);
