import assert from 'node:assert/strict';
import { test } from 'node:test';

import { repeatedNames } from './repeated-names';

void test('names that several jobs have, each once', () => {
  const jobs = ['a', 'b', 'a', 'c', 'a'].map(name => ({ name }));
  assert.deepEqual([...repeatedNames(jobs)], ['a']);
  assert.deepEqual([...repeatedNames([])], []);
});
