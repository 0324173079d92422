import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sideBySide } from './rows';

test('documents stand side by side', () => {
  const rows = sideBySide([
    { a: 1, b: { c: 'x' } },
    { a: 1, b: { c: 'y' } },
    { a: 1, d: 2 }
  ]);
  const told = rows.map(({ path, values, differs }) => [path.join('.'), values, differs]);
  assert.deepEqual(told, [
    ['a', [1, 1, 1], false],
    ['b.c', ['x', 'y', undefined], true],
    ['d', [undefined, undefined, 2], true]
  ]);
});
