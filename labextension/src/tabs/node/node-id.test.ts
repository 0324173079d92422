import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeId, placeOfNode } from './node-id';

test('a node of a cluster is named with it, whatever the cluster is called', () => {
  for (const [cluster, node] of [
    ['', 'here'],
    ['lab', 'n1'],
    ['arn:aws:eks:eu-1:1:cluster/prod', 'ip-10-0-0-1.ec2.internal']
  ] as const) {
    assert.deepEqual(placeOfNode(nodeId(cluster, node)), { cluster, node });
  }
});
