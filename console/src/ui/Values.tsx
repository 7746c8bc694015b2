import { ActionIcon, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { money, number, say } from '@/i18n';
import { keyCaps } from './keys';

/** An amount in minor units. */
export function Money({ minor, currency }: { minor: number; currency: string }) {
  return <span className="tabular nowrap">{money(minor, currency)}</span>;
}

export function Num({ value, digits }: { value: number; digits?: number }) {
  return <span className="tabular nowrap">{number(value, digits)}</span>;
}

/** How many, quiet, beside a name; nothing where there are none. */
export function Count({ value }: { value: number | undefined }) {
  return value ? <span className="count">{number(value)}</span> : null;
}

/** An identifier as it stands, with a button that copies it. */
export function CopyText({ text, children }: { text: string; children?: ReactNode }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <span className="row" style={{ display: 'inline-flex', gap: 2 }}>
      {children ?? <span className="mono truncate">{text}</span>}
      <Tooltip label={copied ? say('copied') : say('copy')}>
        <ActionIcon size={20} onClick={() => void copy()} aria-label={`${copied ? say('copied') : say('copy')} ${text}`}>
          {copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

/** Keys as they stand on the keyboard. */
export function KeyHint({ keys }: { keys: string }) {
  return (
    <span className="row" style={{ display: 'inline-flex', gap: 3 }}>
      {keyCaps(keys).map((cap, at) => (
        <kbd key={`${cap}${at}`}>{cap}</kbd>
      ))}
    </span>
  );
}

/** Facts as a list of terms and what they are. */
export function Facts({ items }: { items: [term: ReactNode, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {items.map(([term, value], at) => (
        <div key={at} style={{ display: 'contents' }}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
