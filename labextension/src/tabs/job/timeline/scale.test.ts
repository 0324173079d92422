import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gathered, place, ticks } from './scale';

const SCALE = { from: 100, to: 200 };

test('a span stands where it belongs, cut at both ends', () => {
  assert.deepEqual(place({ from: 125, to: 150 }, SCALE), { left: 25, width: 25 });
  assert.deepEqual(place({ from: 0, to: 110 }, SCALE), { left: 0, width: 10 });
  assert.equal(place({ from: 0, to: 99 }, SCALE), undefined);
  assert.deepEqual(place({ from: 5, to: 5 }, { from: 5, to: 5 }), { left: 0, width: 0 });
});

test('ticks are round, and about as many as asked for', () => {
  assert.deepEqual(ticks({ from: 0, to: 10 }, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks({ from: 7, to: 7 + 3600 }, 6), [0, 600, 1200, 1800, 2400, 3000, 3600]);
  assert.ok(ticks({ from: 0, to: 1e9 }, 6).length <= 7);
  assert.deepEqual(ticks({ from: 0, to: 0 }, 6), [0]);
});

test('marks that would cover each other are one', () => {
  const marks = [150, 101, 100, 300].map(time => ({ time }));
  const found = gathered(marks, SCALE, 2);
  assert.deepEqual(
    found.map(({ left, marks: some }) => [left, some.length]),
    [
      [0, 2],
      [50, 1]
    ]
  );
});
