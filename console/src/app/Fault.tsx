import { Button } from '@mantine/core';
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { Compass, RefreshCw, TriangleAlert } from 'lucide-react';
import { ApiError } from '@/api/problem';
import { say } from '@/i18n';
import { EmptyState, ErrorState } from '@/ui/States';

/** A page that failed: the shell stands, the page says so. */
export function Crashed({ error, reset }: ErrorComponentProps) {
  if (error instanceof ApiError) return <ErrorState error={error} retry={reset} page />;
  return (
    <div role="alert">
      <EmptyState
        page
        icon={TriangleAlert}
        title={say('crash.title')}
        actions={
          <>
            <Button variant="default" onClick={reset}>
              {say('retry')}
            </Button>
            <Button variant="default" leftSection={<RefreshCw size={14} aria-hidden />} onClick={() => location.reload()}>
              {say('crash.reload')}
            </Button>
          </>
        }
      >
        {say('crash.text')}
      </EmptyState>
    </div>
  );
}

export function NotFound() {
  return (
    <EmptyState page icon={Compass} title={say('notfound.title')} actions={<Link to="/">{say('notfound.home')}</Link>}>
      {say('notfound.text')}
    </EmptyState>
  );
}
