import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ClusterQueueView } from '../../api/types';
import { queueUse } from './queue-use';

type Share = ClusterQueueView['shares'][number];

function share(resource: string, flavor: string, used: number, nominal: number | null): Share {
  const rest = { reserved: used, borrowed: 0, borrowing_limit: null, lending_limit: null };
  return { resource, flavor, used, nominal, left: null, ...rest };
}

test('flavors are summed, devices come before cores, bytes are not told', () => {
  const shares = [
    share('cpu', 'h100', 4, 96),
    share('memory', 'h100', 1, 2),
    share('nvidia.com/gpu', 'h100', 8, 64),
    share('nvidia.com/gpu', 'a100', 2, 16)
  ];
  assert.deepEqual(queueUse({ shares }), [
    { resource: 'nvidia.com/gpu', used: 10, nominal: 80 },
    { resource: 'cpu', used: 4, nominal: 96 }
  ]);
});

test('a quota that cannot be seen is not zero', () => {
  const shares = [share('nvidia.com/gpu', 'a', 1, null), share('nvidia.com/gpu', 'b', 1, 8)];
  assert.deepEqual(queueUse({ shares }), [{ resource: 'nvidia.com/gpu', used: 2, nominal: null }]);
  assert.deepEqual(queueUse({ shares: [] }), []);
});
