import assert from 'node:assert/strict';
import { test } from 'node:test';

import { histogram, padded, scale, ticks } from './statistics';

test('no bar holds better and worse, and no value is lost', () => {
  const values = [-0.3, -0.01, -1e-9, 0, 0.02, 0.5, Number.NaN];
  const bars = histogram(values, 10);
  assert.equal(
    bars.reduce((total, bar) => total + bar.count, 0),
    6
  );
  assert.ok(bars.every(bar => bar.low >= 0 || bar.high <= 1e-12));
  const below = bars.filter(bar => bar.high <= 1e-12).reduce((sum, bar) => sum + bar.count, 0);
  assert.equal(below, 3);
});

test('values that are all the same are one bar, none are none', () => {
  assert.deepEqual(histogram([0, 0]), [{ low: 0, high: 0, count: 2 }]);
  assert.deepEqual(histogram([]), []);
  assert.equal(histogram([2, 2]).at(-1)!.count, 2);
});

test('many values are no stack of arguments', () => {
  const many = Array.from({ length: 300_000 }, (_, index) => index - 1000);
  assert.equal(
    histogram(many).reduce((total, bar) => total + bar.count, 0),
    300_000
  );
});

test('scales and ticks', () => {
  assert.equal(scale([0, 10], [100, 200])(5), 150);
  assert.equal(scale([3, 3], [0, 10])(3), 0);
  assert.deepEqual(
    ticks([0, 1]).map(one => one.toFixed(1)),
    ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']
  );
  const [low, high] = padded([1, 1]);
  assert.ok(low < 1 && high > 1);
});
