import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Choice } from './Choice';
import { t } from './words';

interface Props {
  opened: boolean;
  title: string;
  text: string;
  reasons: string[];
  onClose: () => void;
  onSay: (reason: string) => void;
}

/** Why: one press for the usual reasons, words for the others. */
export function Reasons({ opened, title, text, reasons, onClose, onSay }: Props) {
  const [other, setOther] = useState('');
  const tell = (reason: string) => {
    onClose();
    setOther('');
    onSay(reason);
  };
  return (
    <Choice opened={opened} onClose={onClose} title={title} text={text}>
      {reasons.map((reason) => (
        <Button key={reason} size="xl" variant="default" fullWidth onClick={() => tell(reason)}>
          {reason}
        </Button>
      ))}
      <form
        className="typed"
        onSubmit={(event) => {
          event.preventDefault();
          if (other.trim()) tell(other.trim());
        }}
      >
        <TextInput size="lg" className="grow" label={t('reason.other')} value={other} maxLength={200} onChange={(event) => setOther(event.currentTarget.value)} />
        <Button type="submit" size="lg" disabled={!other.trim()}>
          {t('reason.other.say')}
        </Button>
      </form>
    </Choice>
  );
}
