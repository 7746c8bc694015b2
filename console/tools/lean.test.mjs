import { expect, test } from 'vitest';
import { prune } from '../vite/lean.ts';

const used = new Set(['m_aaaa']);
const lean = (css) => prune(css, used).replaceAll(/\s+/g, ' ').trim();

test.each([
  ['a rule of a part that is used stays', '.m_aaaa{color:red}', '.m_aaaa{color:red}'],
  ['one of a part that is not goes', '.m_bbbb{color:red}', ''],
  ['of two selectors the used one stays', '.m_aaaa,.m_bbbb{color:red}', '.m_aaaa{color:red}'],
  ['both have to be there', '.m_aaaa .m_bbbb{color:red}', ''],
  ['who is excluded need not be there', '.m_aaaa:not(.m_bbbb){color:red}', '.m_aaaa:not(.m_bbbb){color:red}'],
  ['what has no class of theirs stays', ':root{--a:1}', ':root{--a:1}'],
  ['conditions with nothing left go', '@media print{.m_bbbb{color:red}}', ''],
  ['conditions keep what stays', '@media print{.m_aaaa{color:red}.m_bbbb{a:b}}', '@media print{.m_aaaa{color:red}}'],
  ['motion stays', '@keyframes m_cccc{from{a:b}to{a:c}}', '@keyframes m_cccc{from{a:b}to{a:c}}'],
  ['statements stay', '@charset "utf-8";.m_bbbb{a:b}', '@charset "utf-8";'],
])('%s', (_, css, left) => expect(lean(css)).toBe(left));
