import { Button } from '@mantine/core';
import { CloudOff, Inbox, Lock, RefreshCw, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { say, timeText } from '@/i18n';
import { useZone } from './clock';

interface EmptyProps {
  icon?: LucideIcon;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** It stands for the whole page: its title is the page's. */
  page?: boolean;
}

/** Nothing to show: why, and what to do about it. */
export function EmptyState({ icon: Icon = Inbox, title = say('empty.title'), children, actions, page }: EmptyProps) {
  const Title = page ? 'h1' : 'h2';
  return (
    <div className="state">
      <Icon size={26} strokeWidth={1.5} className="state-icon" aria-hidden />
      <Title>{title}</Title>
      {children && <p>{children}</p>}
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}

/** What a failed read can tell: `ApiError` is one of these. */
interface Fault {
  message: string;
  title?: string;
  offline?: boolean;
  forbidden?: boolean;
  missingScope?: string;
}

/** A read that failed: what happened, and trying again in its place. A refusal for lack of permission says which. */
export function ErrorState({ error, retry, title, page }: { error: Fault; retry?: () => void; title?: string; page?: boolean }) {
  if (error.forbidden) return <Forbidden scope={error.missingScope} page={page} />;
  const Icon = error.offline ? CloudOff : TriangleAlert;
  const Title = page ? 'h1' : 'h2';
  return (
    <div className="state" role="alert">
      <Icon size={26} strokeWidth={1.5} className="state-icon" aria-hidden />
      <Title>{title ?? say('error.title')}</Title>
      <p>{error.offline ? say('error.offline') : error.message}</p>
      {retry && (
        <div className="actions">
          <Button variant="default" leftSection={<RefreshCw size={14} aria-hidden />} onClick={retry}>
            {say('retry')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Not allowed: which permission is missing. */
export function Forbidden({ scope, page }: { scope?: string; page?: boolean }) {
  return (
    <EmptyState icon={Lock} title={say('forbidden.title')} page={page}>
      {scope ? say('forbidden.scope', { scope }) : say('forbidden.plain')}
    </EmptyState>
  );
}

/** What is shown is no longer fed: since when. */
export function StaleBar({ since }: { since: number | null }) {
  const zone = useZone();
  return (
    <div className="stalebar no-print" role="status">
      <CloudOff size={14} aria-hidden />
      {since === null ? say('stale.never') : say('stale', { time: timeText(since, zone) })}
    </div>
  );
}

/** A line of the shape of what is coming. */
export function Bone({ width = '100%', height }: { width?: number | string; height?: number }) {
  return <span className="bone" style={{ inlineSize: width, blockSize: height }} aria-hidden />;
}

const LENGTHS = ['72%', '88%', '64%', '80%', '58%'];

/** A panel's worth of lines while it is read. */
export function SkeletonLines({ lines = 4 }: { lines?: number }) {
  return (
    <div className="col" style={{ gap: 14, paddingBlock: 4 }} aria-busy="true" aria-label={say('loading')} role="status">
      {Array.from({ length: lines }, (_, at) => (
        <Bone key={at} width={LENGTHS[at % LENGTHS.length]} />
      ))}
    </div>
  );
}

/** A page's worth of panels while it is read. */
export function SkeletonPage() {
  return (
    <div className="page" aria-busy="true" role="status" aria-label={say('loading')}>
      <div className="page-head">
        <Bone width={180} height={20} />
      </div>
      <div className="panel" style={{ padding: 16 }}>
        <SkeletonLines lines={3} />
      </div>
      <div className="panel" style={{ padding: 16 }}>
        <SkeletonLines lines={8} />
      </div>
    </div>
  );
}
