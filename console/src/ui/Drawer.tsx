import { Drawer as Sheet, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { say } from '@/i18n';

interface Props {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  size?: number;
  children: ReactNode;
  /** The actions at its foot. */
  foot?: ReactNode;
}

/** A dialog's head is no banner of the page. */
const PLAIN_HEAD = { header: { role: 'presentation' } };

/** Something looked at beside the page it came from; focus returns there. */
export function Drawer({ open, onClose, title, size = 460, children, foot }: Props) {
  return (
    <Sheet opened={open} onClose={onClose} title={title} position="right" size={size} attributes={PLAIN_HEAD} closeButtonProps={{ 'aria-label': say('close') }} overlayProps={{ backgroundOpacity: 0.25 }}>
      {children}
      {foot && <div className="drawer-foot">{foot}</div>}
    </Sheet>
  );
}

/** A short question over the page. */
export function Dialog({ open, onClose, title, size = 'md', children }: Omit<Props, 'size' | 'foot'> & { size?: number | string }) {
  return (
    <Modal opened={open} onClose={onClose} title={title} size={size} centered attributes={PLAIN_HEAD} closeButtonProps={{ 'aria-label': say('close') }} overlayProps={{ backgroundOpacity: 0.35 }}>
      {children}
    </Modal>
  );
}
