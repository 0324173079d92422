import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cellsOf, groupNodes, matches, ownersOf } from './cells';
import { aNode, racks } from './cluster.fixture';

test('a shape tells what a GPU is for', () => {
  const node = aNode('n', [
    { job: 'j', utilization: 0.9 },
    { job: 'j', utilization: 0 },
    {},
    { problem: 'It has fallen off the bus.' },
    { utilization: 0.5 }
  ]);
  const shapes = cellsOf(node).map(({ occupancy }) => occupancy);
  assert.deepEqual(shapes, ['used', 'reserved', 'idle', 'fault', 'used']);
});

test('what drains is hatched where nobody holds it, and what is silent is a fault', () => {
  const draining = aNode('n', [{ job: 'j', utilization: 0.9 }, {}], { state: 'draining' });
  assert.deepEqual(
    cellsOf(draining).map(({ occupancy }) => occupancy),
    ['used', 'drain']
  );
  const silent = cellsOf(aNode('n', [{}], { state: 'unreachable' }))[0]!;
  assert.deepEqual([silent.occupancy, silent.health], ['fault', 'critical']);
});

test('one broken GPU does not make its neighbours critical', () => {
  const node = aNode('n', [{ problem: 'gone' }, {}], { health: 'critical' });
  assert.deepEqual(
    cellsOf(node).map(({ health }) => health),
    ['critical', 'ok']
  );
});

test('a node without GPUs is one cell: its cores', () => {
  const [cell, ...rest] = cellsOf(aNode('n', [], { cpus_free: 10, cpu: 0.8, jobs: ['j'] }));
  assert.equal(rest.length, 0);
  assert.deepEqual([cell!.gpu, cell!.occupancy, cell!.use, cell!.job], [-1, 'used', 0.8, 'j']);
});

test('groups and nodes are in the order of the numbers in their names', () => {
  const groups = groupNodes(racks(16 * 11).reverse(), 'rack');
  assert.equal(groups[10]!.key, 'rack 10');
  assert.equal(groups[2]!.nodes[10]!.node.name, 'r2n10');
  const byQueue = groupNodes([aNode('a', [], { queues: ['q', 'r'] }), aNode('b')], 'queue');
  assert.deepEqual(
    byQueue.map(({ key }) => key),
    ['', 'q + r']
  );
});

test('a filter finds a node by all that it is known by, and needs every word', () => {
  const node = aNode('r1n2', [{ job: 'j1', owner: 'Ada' }], { rack: 'rack 7', jobs: ['j1'] });
  for (const text of ['', 'R1N', 'ada', 'rack 7', 'j1', 'ready ada', 'h100']) {
    assert.ok(matches(node, text), text);
  }
  assert.ok(!matches(node, 'ada draining'));
});

test('those who hold most come first', () => {
  const nodes = [aNode('n', [{ owner: 'b' }, { owner: 'a' }, { owner: 'c' }, { owner: 'c' }, {}])];
  assert.deepEqual(ownersOf(nodes), [
    ['c', 2],
    ['a', 1],
    ['b', 1]
  ]);
});

test('the nodes of a cluster stand by the flavors of its quotas', () => {
  const nodes = [
    aNode('a', [{}], { flavors: ['h100'] }),
    aNode('b', [{}], { flavors: ['a100', 'spot'] }),
    aNode('c', [{}])
  ];
  assert.deepEqual(
    groupNodes(nodes, 'flavor').map(({ key, nodes }) => [key, nodes.length]),
    [
      ['', 1],
      ['a100 + spot', 1],
      ['h100', 1]
    ]
  );
});

test('a taint is something to filter by', () => {
  const node = aNode('a', [{}], { taints: ['team=b:NoSchedule'] });
  assert.ok(matches(node, 'team=b'));
  assert.ok(!matches(node, 'team=c'));
});
