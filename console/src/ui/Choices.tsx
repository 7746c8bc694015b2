/** What can be done about something, as buttons with keys; what must be told with one is asked in place. */
import { Button, Group, NumberInput, TextInput } from '@mantine/core';
import { Lock } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { say } from '@/i18n';
import { useKeys } from './keys';
import './choices.css';

export interface ChoiceField {
  name: string;
  kind: 'text' | 'number' | 'time';
  label: string;
  value: string;
}

export interface ChoiceItem {
  id: string;
  label: string;
  /** What it does, in a sentence. */
  says: string;
  /** It cannot be undone. */
  final?: boolean;
  /** The permission that is missing for it. */
  lacks?: string;
  fields: ChoiceField[];
}

interface Props {
  /** What the choices are about, for the help sheet and who cannot see. */
  label: string;
  choices: readonly ChoiceItem[];
  /** Whether `1` to `9` choose. */
  keys?: boolean;
  pending?: string | null;
  onChoose: (id: string, values: Record<string, string | number>) => void;
}

/** `1` chooses the first, `2` the second … A choice that asks for something, or is final, opens its form first. */
export function Choices({ label, choices, keys = false, pending, onChoose }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  const choose = (choice: ChoiceItem | undefined) => {
    if (!choice || choice.lacks || pending) return;
    if (choice.fields.length || choice.final) setOpen(open === choice.id ? null : choice.id);
    else onChoose(choice.id, {});
  };
  useKeys(
    label,
    keys ? choices.slice(0, 9).map((choice, at) => ({ keys: String(at + 1), label: choice.label, run: () => choose(choice) })) : [],
  );
  const opened = choices.find((choice) => choice.id === open);
  return (
    <div className="choices" role="group" aria-label={label}>
      <ol>
        {choices.map((choice, at) => (
          <li key={choice.id}>
            <button
              type="button"
              className="choice"
              data-first={at === 0 || undefined}
              aria-expanded={choice.fields.length || choice.final ? open === choice.id : undefined}
              disabled={choice.lacks !== undefined || Boolean(pending)}
              onClick={() => choose(choice)}
            >
              {keys && at < 9 && <kbd aria-hidden>{at + 1}</kbd>}
              <span className="choice-label">{choice.label}</span>
              <span className="choice-says">
                {choice.lacks ? (
                  <>
                    <Lock size={12} aria-hidden /> {say('forbidden.scope', { scope: choice.lacks })}
                  </>
                ) : (
                  choice.says
                )}
              </span>
            </button>
            {opened?.id === choice.id && (
              <Asked key={choice.id} choice={choice} pending={pending === choice.id} onBack={() => setOpen(null)} onDone={(values) => onChoose(choice.id, values)} />
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

interface AskedProps {
  choice: ChoiceItem;
  pending: boolean;
  onBack: () => void;
  onDone: (values: Record<string, string | number>) => void;
}

function Asked({ choice, pending, onBack, onDone }: AskedProps) {
  const [values, setValues] = useState<Record<string, string | number>>(() => Object.fromEntries(choice.fields.map((field) => [field.name, field.value])));
  const lacking = choice.fields.some((field) => values[field.name] === '');
  const put = (name: string, value: string | number) => setValues((before) => ({ ...before, [name]: value }));
  useKeys(choice.label, [{ keys: 'Escape', label: say('back'), run: onBack, typing: true }]);
  const done = (event: FormEvent) => {
    event.preventDefault();
    if (!lacking && !pending) onDone(Object.fromEntries(choice.fields.map((field) => [field.name, told(field, values[field.name]!)])));
  };
  return (
    <form className="choice-form" onSubmit={done}>
      {choice.fields.map((field, at) => {
        const common = { label: field.label, required: true, autoFocus: at === 0, withAsterisk: false };
        if (field.kind === 'number') {
          return <NumberInput key={field.name} {...common} min={0} allowDecimal={false} value={values[field.name]} onChange={(value) => put(field.name, value)} w={140} />;
        }
        return (
          <TextInput
            key={field.name}
            {...common}
            type={field.kind === 'time' ? 'datetime-local' : 'text'}
            value={values[field.name]}
            onChange={(event) => put(field.name, event.currentTarget.value)}
            style={{ flex: field.kind === 'text' ? '1 1 220px' : undefined }}
          />
        );
      })}
      <Group gap={8} className="choice-actions">
        <Button variant="default" onClick={onBack}>
          {say('back')}
        </Button>
        <Button type="submit" color={choice.final ? 'red' : undefined} loading={pending} disabled={lacking} autoFocus={!choice.fields.length}>
          {choice.label}
        </Button>
      </Group>
    </form>
  );
}

/** A moment is told with its offset: a field of the page has the clock of its machine. */
function told(field: ChoiceField, value: string | number): string | number {
  return field.kind === 'time' && typeof value === 'string' ? new Date(value).toISOString() : value;
}
