import assert from 'node:assert/strict';
import { test } from 'node:test';

import { needOf } from './need';

test('a cluster is asked about the size of a job, not about what it runs', () => {
  const spec = { run: { kind: 'script' }, queue: 'a', gpus: 8, memory: '4GiB', gpu: '', nodes: 2 };
  assert.deepEqual(needOf(spec), { nodes: 2, gpus: 8, memory: '4GiB' });
  assert.deepEqual(needOf({}), {});
});
