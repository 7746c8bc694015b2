import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { say } from '@/i18n';

/** A question from below, where the thumb is. */
export function Choice({ opened, onClose, title, text, children }: { opened: boolean; onClose: () => void; title: string; text?: string; children: ReactNode }) {
  return (
    <Drawer opened={opened} onClose={onClose} position="bottom" size="auto" title={title} classNames={{ content: 'sheet' }} closeButtonProps={{ 'aria-label': say('close'), size: 48 }}>
      <div className="col sheet-body">
        {text && <p className="muted">{text}</p>}
        {children}
      </div>
    </Drawer>
  );
}
