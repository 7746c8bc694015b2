import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { newQueryClient } from './api/query';
import { sessionQuery, watchSession } from './api/session';
import './app/app.css';
import { Providers } from './app/Providers';
import { fetchPage, router } from './app/router';

const client = newQueryClient();
watchSession(client);
void client.prefetchQuery(sessionQuery);
fetchPage(location.pathname);

createRoot(document.getElementById('root')!).render(
  <Providers client={client}>
    <RouterProvider router={router} />
  </Providers>,
);
