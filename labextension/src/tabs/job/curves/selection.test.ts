import assert from 'node:assert/strict';
import { test } from 'node:test';

import { firstChoice, inOrder, matching, shownMetrics, toggled } from './selection';

const MANY = ['epoch', 'lr', 'grad_norm', 'eval/acc', 'mfu', 'train/loss', 'gpu', 'eval/loss'];

test('a few metrics are all shown', () => {
  assert.deepEqual(firstChoice(['a', 'b']), ['a', 'b']);
});

test('of many, those that people look at first', () => {
  const shown = ['eval/loss', 'train/loss', 'eval/acc', 'lr'];
  assert.deepEqual(firstChoice(inOrder(MANY)), shown);
  assert.deepEqual(inOrder(['b', 'a']), ['a', 'b']);
});

test('a choice stays a choice, also of nothing, and of metrics that come later', () => {
  assert.deepEqual(shownMetrics(MANY, ['lr', 'gone']), ['lr']);
  assert.deepEqual(shownMetrics(MANY, []), []);
  assert.deepEqual(shownMetrics(['a'], undefined), ['a']);
  assert.deepEqual(toggled(['a', 'b'], 'a'), ['b']);
  assert.deepEqual(toggled(['a'], 'b'), ['a', 'b']);
});

test('a filter is words in any order', () => {
  assert.deepEqual(matching(MANY, ' LOSS ev'), ['eval/loss']);
  assert.deepEqual(matching(MANY, '').length, MANY.length);
});
