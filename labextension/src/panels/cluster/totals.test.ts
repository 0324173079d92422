import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Node } from '../../api/types';
import { inOrder, totals } from './totals';

function node(name: string, state: Node['state'], free: number, problem = ''): Node {
  const gpus = Array.from({ length: 8 }, (_, index) => ({ index, problem: index ? '' : problem }));
  return { name, state, cpus: 64, cpus_free: 8 * free, gpus, gpus_free: free } as never;
}

const NODES = [
  node('n10', 'busy', 2),
  node('n9', 'ready', 8),
  node('n2', 'unreachable', 8),
  node('n1', 'draining', 8),
  node('n3', 'ready', 7, 'fell off the bus')
];

void test('what is free on a node that takes no job is not free', () => {
  const sums = totals(NODES);
  assert.deepEqual(sums.states, { unreachable: 1, draining: 1, busy: 1, ready: 2 });
  assert.deepEqual([sums.gpus, sums.gpusFree], [40, 17]);
  assert.deepEqual([sums.cpus, sums.cpusFree], [320, 136]);
  assert.equal(sums.troubled, 2);
});

void test('trouble first, then names as people count', () => {
  assert.deepEqual(
    inOrder(NODES).map(({ name }) => name),
    ['n2', 'n3', 'n1', 'n9', 'n10']
  );
});
