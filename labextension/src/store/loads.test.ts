import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Loads } from '../api/types';
import { aNode } from '../tabs/map/cluster.fixture';
import { withLoads } from './loads';

const LOADS: Loads = {
  time: 1,
  nodes: ['b', 'a'],
  health: ['warn', 'ok'],
  cpu: [0.1, 0.2],
  memory_used: [1, 2],
  utilization: [[], [0.7]],
  gpu_memory_used: [[], [5]],
  temperature: [[], [55]]
};

test('loads go to the nodes of their names, and nothing else changes', () => {
  const before = [aNode('a', [{ job: 'j', owner: 'ada' }]), aNode('b')];
  const [a, b] = withLoads(before, LOADS)!;
  assert.deepEqual([a!.cpu, a!.gpus[0]!.utilization, a!.gpus[0]!.owner], [0.2, 0.7, 'ada']);
  assert.deepEqual([b!.health, b!.memory_used], ['warn', 1]);
  assert.equal(before[0]!.cpu, null);
});

test('loads of other nodes are told apart', () => {
  assert.equal(withLoads([aNode('a', [{}])], LOADS), undefined);
  assert.equal(withLoads([aNode('a', [{}]), aNode('c')], LOADS), undefined);
  assert.equal(withLoads([aNode('a', [{}, {}]), aNode('b')], LOADS), undefined);
});
