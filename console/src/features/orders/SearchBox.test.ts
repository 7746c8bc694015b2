import { describe, expect, it } from 'vitest';
import { pastedCount } from './SearchBox';

describe('a pasted text', () => {
  it('is a list where every word is an id', () => {
    expect(pastedCount('web-1 web-2;kim@example.com')).toBe(3);
    expect(pastedCount('CBED-FFAM-PVWX CBED-FBE4-1F39')).toBe(2);
  });

  it('is a search where one is a name, or there is but one', () => {
    expect(pastedCount('kim doe')).toBe(0);
    expect(pastedCount('web-1')).toBe(0);
    expect(pastedCount('kim 42')).toBe(0);
  });
});
