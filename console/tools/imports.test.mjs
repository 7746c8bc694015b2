import { expect, test } from 'vitest';
import { forbidden, importsOf } from './imports.mjs';

test.each([
  ['features/orders/List.tsx', 'features/order/Page', false],
  ['features/orders/List.tsx', 'app/Shell', false],
  ['features/orders/List.tsx', 'echarts/core', true],
  ['features/orders/List.tsx', '@tanstack/react-virtual', true],
  ['ui/DataTable.tsx', 'api/client', false],
  ['api/live.ts', 'ui/keys', false],
  ['app/Shell.tsx', 'features/orders/routes', false],
  ['i18n/index.ts', 'ui/keys', false],
  ['ui/Status.tsx', 'domain/words', false],
  ['domain/looks.ts', 'app/theme', false],
])('%s may not import %s', (from, to, isPackage) => {
  const why = forbidden(from, to, isPackage);
  expect(why).not.toBeNull();
});

test.each([
  ['features/orders/List.tsx', 'ui/DataTable', false],
  ['features/orders/List.tsx', 'api/client', false],
  ['features/orders/List.tsx', 'features/orders/filters', false],
  ['features/orders/feature.ts', 'app/feature', false],
  ['app/features.ts', 'features/orders/feature', false],
  ['ui/Chart.tsx', 'echarts/core', true],
  ['ui/Time.tsx', 'i18n', false],
  ['features/orders/Peek.tsx', 'domain/PhaseBadge', false],
  ['domain/PhaseBadge.tsx', 'ui/Status', false],
  ['faces/store/main.tsx', 'app/Providers', false],
])('%s may import %s', (from, to, isPackage) => {
  expect(forbidden(from, to, isPackage)).toBeNull();
});

test('imports are found however they are written', () => {
  const text = `import a from 'one';\nimport type { B } from "two";\nexport * from './three';\nimport 'four.css';\nconst x = () => import('./five');\nimport {\n  c,\n} from 'six';`;
  expect(importsOf(text).sort()).toEqual(['./five', './three', 'four.css', 'one', 'six', 'two']);
});
