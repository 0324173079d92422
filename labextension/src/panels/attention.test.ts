import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unseenFailures } from './attention';

void test('a failure calls until it is old or was looked at', () => {
  const endings = [
    { id: 'new', state: 'failed', ended: 100 },
    { id: 'old', state: 'failed', ended: 10 },
    { id: 'opened', state: 'failed', ended: 100 },
    { id: 'fine', state: 'succeeded', ended: 100 },
    { id: 'cancelled', state: 'cancelled', ended: 100 }
  ] as const;
  const seen = { has: (id: string) => id === 'opened' };
  assert.deepEqual(unseenFailures(endings, seen, 50), ['new']);
});
