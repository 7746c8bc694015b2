import type { Schemas } from '@/api/client';
import type { ChoiceField, ChoiceItem } from '@/ui/Choices';
import { choiceWord } from './words';

const KINDS: Record<Schemas['Input'], ChoiceField['kind']> = { reason: 'text', quantity: 'number', until: 'time' };

/** What can be done about an exception, as something to choose. */
export function choiceItem(choice: Schemas['ChoiceShown']): ChoiceItem {
  return {
    id: choice.id,
    label: choice.label,
    says: choice.says,
    final: choice.final,
    lacks: choice.allowed ? undefined : (choice.scope ?? undefined),
    fields: choice.fields.map((field) => ({ name: field.name, kind: KINDS[field.name], label: choiceWord(field.name), value: field.value ?? '' })),
  };
}
