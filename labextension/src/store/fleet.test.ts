import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Problem } from '../api/problem';
import type { ClusterGlance } from '../api/types';
import { awaited, lookAt } from './fleet';

const { signal } = new AbortController();
const members = ['well', 'other'].map(name => awaited(name, 'team-a'));

function glance(name: string): ClusterGlance {
  return { ...awaited(name, 'team-a'), gpus: 8, states: { ready: 1 } };
}

/** Clusters of which all answer but the one called `other`. */
function clusters(other: () => Promise<ClusterGlance>) {
  return {
    glance: (name: string) => (name === 'other' ? other() : Promise.resolve(glance(name)))
  };
}

test('a cluster that is slow keeps nobody from seeing the others', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const looked = lookAt(
    clusters(() => new Promise(() => undefined)),
    members,
    signal
  );
  await new Promise(resolve => setImmediate(resolve)); // the one that is well has answered
  mock.timers.tick(60_000);
  const [well, other] = await looked;
  mock.timers.reset();
  assert.equal(well?.gpus, 8);
  assert.deepEqual(other, members[1]);
  assert.equal(other?.awaited, true);
});

test('what is wrong with a cluster is told at its place', async () => {
  const missing = new Problem({ code: 'not_found', status: 404, detail: 'no', action: 'do' });
  const found = await lookAt(
    clusters(() => Promise.reject(missing)),
    members,
    signal
  );
  assert.equal(found[0]?.gpus, 8);
  assert.deepEqual(found[1], {
    ...members[1],
    awaited: false,
    problem: 'no',
    action: 'do'
  });
});

test('our own server that does not answer is told as that', async () => {
  await assert.rejects(
    lookAt(
      clusters(() => Promise.reject(new TypeError('fetch failed'))),
      members,
      signal
    ),
    { code: 'unreachable' }
  );
});
