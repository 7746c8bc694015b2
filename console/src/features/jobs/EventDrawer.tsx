import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, Copy, ShoppingBag } from 'lucide-react';
import { useState } from 'react';
import { useAllowed } from '@/api/session';
import { say } from '@/i18n';
import { useGo } from '@/ui/address';
import { Drawer } from '@/ui/Drawer';
import { Loaded } from '@/ui/Loaded';
import { EmptyState } from '@/ui/States';
import { eventQuery } from './reads';
import { t } from './words';

/** An event as it leaves the house, to be read and copied. */
export function EventDrawer({ sequence, onClose }: { sequence: number | null; onClose: () => void }) {
  return (
    <Drawer open={sequence !== null} onClose={onClose} title={sequence === null ? '' : t('events.raw', { sequence: String(sequence) })} size={560}>
      {sequence !== null && <Raw key={sequence} sequence={sequence} />}
    </Drawer>
  );
}

function Raw({ sequence }: { sequence: number }) {
  const query = useQuery(eventQuery(sequence));
  const mayOpen = useAllowed('orders:read');
  const go = useGo();
  return (
    <Loaded query={query}>
      {(event) => {
        if (!event || event.sequence !== sequence) return <EmptyState title={t('events.none')} />;
        const text = JSON.stringify(event, null, 2);
        const order = orderOf(event.data);
        return (
          <div className="col">
            <div className="row">
              <CopyJson text={text} />
              {order && mayOpen && (
                <Button variant="default" leftSection={<ShoppingBag size={14} aria-hidden />} onClick={() => go(`/orders/${order}`)}>
                  {t('events.open_order')}
                </Button>
              )}
            </div>
            <pre className="json">{text}</pre>
          </div>
        );
      }}
    </Loaded>
  );
}

/** The order an event is of, where it is of one. */
function orderOf(data: unknown): string | null {
  const id = typeof data === 'object' && data !== null && 'order_id' in data ? data.order_id : null;
  return typeof id === 'string' ? id : null;
}

function CopyJson({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <Button variant="default" leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />} onClick={() => void copy()}>
      {copied ? say('copied') : t('events.copy')}
    </Button>
  );
}
