import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Check, TriangleAlert } from 'lucide-react';
import { say } from '@/i18n';

const UNDO_MS = 8_000;
const FAILED_MS = 12_000;

const done = () => ({ icon: <Check size={15} aria-hidden />, color: 'brand', closeButtonProps: { 'aria-label': say('close') } });
const failed = () => ({ icon: <TriangleAlert size={15} aria-hidden />, color: 'red', closeButtonProps: { 'aria-label': say('close') } });

/** Says that it is done, and for eight seconds offers to undo it. */
export function toastUndo(text: string, undo: () => unknown): void {
  const id = notifications.show({ ...done(), autoClose: UNDO_MS, withCloseButton: true, message: offer(text, say('undo'), undo, () => notifications.hide(id)) });
}

export function toastDone(text: string): void {
  notifications.show({ ...done(), message: text });
}

export function toastFailed(text: string, retry?: () => unknown): void {
  const id = notifications.show({ ...failed(), autoClose: FAILED_MS, message: offer(text, say('retry'), retry, () => notifications.hide(id)) });
}

/** A text, and a button beside it where there is something to do about it: it takes the text away. */
function offer(text: string, word: string, act: (() => unknown) | undefined, hide: () => void) {
  return (
    <span className="row">
      <span>{text}</span>
      {act && (
        <Button
          variant="subtle"
          size="compact-sm"
          className="push"
          onClick={() => {
            hide();
            void act();
          }}
        >
          {word}
        </Button>
      )}
    </span>
  );
}
