/** Every part in every state, for whoever changes one: `npm run dev`, then /kit.html. It is not shipped. */
import { createRoot } from 'react-dom/client';
import { newQueryClient } from '@/api/query';
import { Providers } from '@/app/Providers';
import { Kit } from './Kit';

createRoot(document.getElementById('root')!).render(
  <Providers client={newQueryClient()}>
    <Kit />
  </Providers>,
);
