import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { say } from '@/i18n';
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
  return (
    <Loaded query={query}>
      {(event) => {
        if (!event || event.sequence !== sequence) return <EmptyState title={t('events.none')} />;
        const text = JSON.stringify(event, null, 2);
        return (
          <div className="col">
            <div className="row">
              <CopyJson text={text} />
            </div>
            <pre className="json">{text}</pre>
          </div>
        );
      }}
    </Loaded>
  );
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
