import { TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from './words';

const QUIET_MS = 250;
const BETWEEN = /[\s,;]+/;

const ID = /[\d@]|^[a-z]{4}-[a-z]{4}-[a-z]{4}$/i; // a number may have no digit, and then has its form

/** How many ids a text is a list of; 0: it is a search. */
export function pastedCount(text: string): number {
  const words = text.trim().split(BETWEEN).filter(Boolean);
  return words.length > 1 && words.every((word) => ID.test(word)) ? words.length : 0;
}

/** One field for anything an order is known by; a pasted column of numbers stays a list of them. */
export function SearchBox({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value); // the address has changed by other hands
    setText(value);
  }
  useEffect(() => {
    if (text.trim() === known) return;
    const soon = setTimeout(() => onSearch(text.trim()), QUIET_MS);
    return () => clearTimeout(soon);
  }, [text, known, onSearch]);
  const pasted = pastedCount(text);
  return (
    <TextInput
      className="orders-search"
      leftSection={<Search size={14} aria-hidden />}
      rightSection={pasted > 0 ? <span className="count nowrap">{t('search.many', { count: pasted })}</span> : null}
      rightSectionWidth={pasted > 0 ? 78 : undefined}
      placeholder={t('search.hint')}
      aria-label={t('search')}
      value={text}
      data-page-search
      onChange={(event) => setText(event.currentTarget.value)}
      onPaste={(event) => {
        const lines = event.clipboardData.getData('text');
        if (!/[\r\n\t]/.test(lines)) return; // a field of one line would glue them together
        event.preventDefault();
        setText(lines.split(/\s+/).filter(Boolean).join(' '));
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onSearch(text.trim());
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
