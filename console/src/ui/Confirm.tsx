import { Alert, Button, Group, Stack, Textarea } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { say } from '@/i18n';
import { Dialog } from './Drawer';

interface Props {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** What will follow, in words: shown before anything is done. */
  consequences: ReactNode;
  /** The button says the result: `Cancel 2 units`. */
  action: string;
  danger?: boolean;
  /** Whether a reason has to be given; `reasons` are offered to choose from. */
  reason?: 'needed' | 'asked';
  reasons?: readonly string[];
  pending?: boolean;
  error?: Error | null;
  onConfirm: (reason: string) => void;
  children?: ReactNode;
}

/** Asks once before what cannot be undone: the consequences, and why. */
export function ConfirmDialog(props: Props) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const lacking = props.reason === 'needed' && !reason.trim();
  const confirm = () => {
    setTried(true);
    if (!lacking) props.onConfirm(reason.trim());
  };
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={props.title}
      foot={
        <>
          <Button variant="default" onClick={props.onClose}>
            {say('back')}
          </Button>
          <Button color={props.danger ? 'red' : undefined} loading={props.pending} onClick={confirm}>
            {props.action}
          </Button>
        </>
      }
    >
      <Stack gap="sm">
        <div>{props.consequences}</div>
        {props.children}
        {props.reasons && (
          <Group gap={6}>
            {props.reasons.map((each) => (
              <Button key={each} variant={reason === each ? 'light' : 'default'} aria-pressed={reason === each} onClick={() => setReason(each)}>
                {each}
              </Button>
            ))}
          </Group>
        )}
        {props.reason && (
          <Textarea
            label={say('reason')}
            required={props.reason === 'needed'}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && lacking ? say('reason.needed') : undefined}
            autosize
            minRows={2}
            data-autofocus
          />
        )}
        {props.error && (
          <Alert color="red" icon={<TriangleAlert size={16} aria-hidden />} role="alert">
            {props.error.message}
          </Alert>
        )}
      </Stack>
    </Dialog>
  );
}
