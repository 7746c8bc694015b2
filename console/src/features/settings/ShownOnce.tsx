import { Alert, Button, Stack } from '@mantine/core';
import { KeyRound, TriangleAlert } from 'lucide-react';
import { say } from '@/i18n';
import { CopyText } from '@/ui/Values';

interface Props {
  label: string;
  /** `null`: it was made, but its answer was lost and repeated without it. */
  secret: string | null;
  once: string;
  lost: string;
  onDone: () => void;
}

/** A secret, this once. */
export function ShownOnce({ label, secret, once, lost, onDone }: Props) {
  return (
    <Stack gap="md">
      {secret === null ? (
        <Alert color="orange" icon={<TriangleAlert size={16} aria-hidden />} role="alert">
          {lost}
        </Alert>
      ) : (
        <Alert color="brand" icon={<KeyRound size={16} aria-hidden />} title={label} role="status">
          <div style={{ overflowWrap: 'anywhere' }}>
            <CopyText text={secret}>
              <code className="mono strong" data-secret>
                {secret}
              </code>
            </CopyText>
          </div>
          <p style={{ marginBlock: '8px 0' }}>{once}</p>
        </Alert>
      )}
      <Button onClick={onDone}>{say('done')}</Button>
    </Stack>
  );
}
