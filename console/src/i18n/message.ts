import { formatLocale } from './locale';

export type Values = Record<string, string | number>;

/**
 * Fills a message: `{name}`, and `{count, plural, =0 {none} one {# order} other {# orders}}`, the part of
 * ICU's format that catalogs need. An unknown name stays as it is written: it is seen, and mended.
 */
export function message(text: string, values: Values = {}): string {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{', at);
    if (open < 0) return out + text.slice(at);
    const end = closing(text, open);
    out += text.slice(at, open) + fill(text.slice(open + 1, end), values);
    at = end + 1;
  }
  return out;
}

function fill(inside: string, values: Values): string {
  const [, name = inside, options] = /^\s*(\w+)\s*,\s*plural\s*,(.*)$/s.exec(inside) ?? [];
  const value = values[name.trim()];
  if (value === undefined) return `{${inside}}`;
  if (options === undefined) return typeof value === 'number' ? new Intl.NumberFormat(formatLocale()).format(value) : value;
  const count = Number(value);
  const told = choices(options);
  const chosen = told[`=${count}`] ?? told[new Intl.PluralRules(formatLocale()).select(count)] ?? told.other ?? '';
  return message(chosen.replaceAll('#', new Intl.NumberFormat(formatLocale()).format(count)), values);
}

function choices(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; ; ) {
    const open = text.indexOf('{', at);
    if (open < 0) return found;
    const end = closing(text, open);
    found[text.slice(at, open).trim()] = text.slice(open + 1, end);
    at = end + 1;
  }
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length;
}
