import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Job } from '../../../api/types';
import { MASK } from './secrets';
import { shownSpec } from './shown-spec';

const SPEC = {
  run: { kind: 'function', name: 'train', payload: 'AAAA' },
  name: 'train',
  nodes: 2,
  processes: null,
  cpus: null,
  gpus: 0,
  memory: null,
  queue: 'default',
  priority: 0,
  timeout: null,
  restarts: { limit: 0, on: ['killed'], delay: 0 },
  hang_timeout: null,
  environment: { HF_TOKEN: 'x', A: 'b' },
  python: null,
  workdir: null,
  include: [],
  preload: [],
  labels: {}
} as unknown as Job['spec'];

test('what nobody asked for is left out, secrets and bytes are not shown', () => {
  assert.deepEqual(shownSpec(SPEC, false), {
    name: 'train',
    run: { kind: 'function', name: 'train' },
    nodes: 2,
    environment: { HF_TOKEN: MASK, A: 'b' }
  });
});

test('all of it, where all is asked for', () => {
  const all = shownSpec(SPEC, true);
  assert.equal(all.queue, 'default');
  assert.deepEqual(Object.keys(all).slice(0, 2), ['name', 'run']);
  assert.equal(Object.keys(all).length, Object.keys(SPEC).length);
});
