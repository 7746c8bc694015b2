import { Drawer as Sheet, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { say } from '@/i18n';

interface Props {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  size?: number | string;
  children: ReactNode;
  /** The actions at its foot, always in sight. */
  foot?: ReactNode;
}

const PARTS = { content: 'sheet', body: 'sheet-body', title: 'sheet-title' };

/** Something looked at beside the page it came from; focus returns there. Keep it mounted: `open` shows it. */
export function Drawer({ open, onClose, title, size = 460, children, foot }: Props) {
  return (
    <Sheet.Root opened={open} onClose={onClose} position="right" size={size} classNames={PARTS}>
      <Sheet.Overlay backgroundOpacity={0.25} />
      <Sheet.Content>
        <div className="sheet-head">
          <Sheet.Title>{title}</Sheet.Title>
          <Sheet.CloseButton aria-label={say('close')} />
        </div>
        <Sheet.Body>{children}</Sheet.Body>
        {foot && <div className="sheet-foot">{foot}</div>}
      </Sheet.Content>
    </Sheet.Root>
  );
}

/** A short question over the page. */
export function Dialog({ open, onClose, title, size = 'md', children, foot }: Props) {
  return (
    <Modal.Root opened={open} onClose={onClose} size={size} centered classNames={PARTS}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content>
        <div className="sheet-head">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={say('close')} />
        </div>
        <Modal.Body>{children}</Modal.Body>
        {foot && <div className="sheet-foot">{foot}</div>}
      </Modal.Content>
    </Modal.Root>
  );
}
