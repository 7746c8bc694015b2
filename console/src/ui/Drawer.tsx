import { Drawer as Sheet, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { say } from '@/i18n';

/** Its head is a `<header>`, which would be a second banner of the page. */
const NO_BANNER = { header: { role: 'presentation' } };

interface Props {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  size?: number;
  children: ReactNode;
  /** The actions at its foot. */
  foot?: ReactNode;
}

/** Something looked at beside the page it came from; focus returns there. */
export function Drawer({ open, onClose, title, size = 460, children, foot }: Props) {
  return (
    <Sheet attributes={NO_BANNER} opened={open} onClose={onClose} title={title} position="right" size={size} closeButtonProps={{ 'aria-label': say('close') }} overlayProps={{ backgroundOpacity: 0.25 }}>
      {children}
      {foot && <div className="drawer-foot">{foot}</div>}
    </Sheet>
  );
}

/** A short question over the page. */
export function Dialog({ open, onClose, title, size = 'md', children }: Omit<Props, 'size' | 'foot'> & { size?: number | string }) {
  return (
    <Modal attributes={NO_BANNER} opened={open} onClose={onClose} title={title} size={size} centered closeButtonProps={{ 'aria-label': say('close') }} overlayProps={{ backgroundOpacity: 0.35 }}>
      {children}
    </Modal>
  );
}
