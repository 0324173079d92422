import assert from 'node:assert/strict';
import { test } from 'node:test';

import { amountText } from './amounts';

const words = { number: (value: number) => String(value) };

test('bytes have a unit, cores and devices are counted', () => {
  assert.equal(amountText('memory', 1.5 * 2 ** 30, words), '1.5 GiB');
  assert.equal(amountText('ephemeral-storage', 2 * 2 ** 40, words), '2 TiB');
  assert.equal(amountText('hugepages-1Gi', 0, words), '0 GiB');
  assert.equal(amountText('cpu', 0.1 + 0.2, words), '0.3');
  assert.equal(amountText('nvidia.com/gpu', 8, words), '8');
});
