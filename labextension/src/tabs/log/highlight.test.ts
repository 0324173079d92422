import assert from 'node:assert/strict';
import { test } from 'node:test';

import { spansIn, textIn } from './highlight';

const query = (text: string, capitals = false) => ({ text, pattern: false, case: capitals });

void test('a text is found wherever it lies in a line', () => {
  assert.deepEqual(textIn('Loss loss', query('loss')), [
    { from: 0, to: 4 },
    { from: 5, to: 9 }
  ]);
  assert.deepEqual(textIn('Loss loss', query('loss', true)), [{ from: 5, to: 9 }]);
  assert.deepEqual(textIn('a.c abc', query('a.c')), [{ from: 0, to: 3 }]);
  assert.deepEqual(textIn('abc', query('')), []);
});

void test('letters whose lower case is longer shift nothing', () => {
  assert.deepEqual(textIn('İİ loss', query('loss')), [{ from: 3, to: 7 }]);
});

void test("the server's characters become places here", () => {
  assert.deepEqual(spansIn('😀 loss', [[2, 6]]), [{ from: 3, to: 7 }]);
  assert.deepEqual(spansIn('学 loss', [[2, 6]]), [{ from: 2, to: 6 }]);
});
