const WRITTEN = ['en']; // the languages there are words in

const spoken = (): string => (typeof navigator === 'undefined' ? 'en-US' : (navigator.language ?? 'en-US'));

/** The language of the words: the person's, where it was written; else English. */
export function language(): string {
  const wanted = spoken().split('-')[0] ?? 'en';
  return WRITTEN.includes(wanted) ? wanted : 'en';
}

/** The locale of numbers and dates: theirs where the words are in their language, so that a page speaks one. */
export function formatLocale(): string {
  return spoken().split('-')[0] === language() ? spoken() : 'en-US';
}
