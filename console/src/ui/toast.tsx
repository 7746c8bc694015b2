import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Check, TriangleAlert } from 'lucide-react';
import { say } from '@/i18n';

const UNDO_MS = 8_000;

/** Says that it is done, and for eight seconds offers to undo it. */
export function toastUndo(text: string, undo: () => unknown): void {
  const id = notifications.show({
    autoClose: UNDO_MS,
    withCloseButton: true,
    closeButtonProps: { 'aria-label': say('close') },
    icon: <Check size={15} aria-hidden />,
    color: 'brand',
    message: (
      <span className="row">
        <span>{text}</span>
        <Button
          variant="subtle"
          size="compact-sm"
          className="push"
          onClick={() => {
            notifications.hide(id);
            void undo();
          }}
        >
          {say('undo')}
        </Button>
      </span>
    ),
  });
}

export function toastDone(text: string): void {
  notifications.show({ message: text, icon: <Check size={15} aria-hidden />, color: 'brand', closeButtonProps: { 'aria-label': say('close') } });
}

export function toastFailed(text: string, retry?: () => unknown): void {
  const id = notifications.show({
    autoClose: 12_000,
    color: 'red',
    icon: <TriangleAlert size={15} aria-hidden />,
    closeButtonProps: { 'aria-label': say('close') },
    message: (
      <span className="row">
        <span>{text}</span>
        {retry && (
          <Button
            variant="subtle"
            size="compact-sm"
            className="push"
            onClick={() => {
              notifications.hide(id);
              void retry();
            }}
          >
            {say('retry')}
          </Button>
        )}
      </span>
    ),
  });
}
