import assert from 'node:assert/strict';
import { test } from 'node:test';

import { aNode } from './cluster.fixture';
import { nextSort, rowOf, sortRows } from './rows';

const ROWS = [
  aNode('n10', [{ utilization: 0.5, temperature: 60 }, {}]),
  aNode('n9', [{ job: 'j', owner: 'ada', utilization: 0.9 }]),
  aNode('n1', [{}, {}, {}], { state: 'draining' }),
  aNode('n2', [{ utilization: null, temperature: null }])
].map(rowOf);

const names = (rows: typeof ROWS) => rows.map(({ node }) => node.name);

test('what a node that drains has free cannot be had', () => {
  assert.deepEqual(
    ROWS.map(({ idle }) => idle),
    [2, 0, 0, 1]
  );
});

test('the most idle first, equals by the numbers in their names', () => {
  assert.deepEqual(names(sortRows(ROWS, { column: 'idle', descending: true })), [
    'n10',
    'n2',
    'n1',
    'n9'
  ]);
  assert.deepEqual(names(sortRows(ROWS, { column: 'name', descending: false })), [
    'n1',
    'n2',
    'n9',
    'n10'
  ]);
});

test('what is not known is last, whichever way', () => {
  for (const descending of [true, false]) {
    assert.equal(names(sortRows(ROWS, { column: 'use', descending })).at(-1), 'n2');
    assert.equal(names(sortRows(ROWS, { column: 'hot', descending })).at(-1), 'n2');
  }
});

test('the first click on a column shows what people look for, the second turns it', () => {
  const once = nextSort({ column: 'name', descending: false }, 'idle');
  assert.deepEqual(once, { column: 'idle', descending: true });
  assert.deepEqual(nextSort(once, 'idle'), { column: 'idle', descending: false });
  assert.deepEqual(nextSort(once, 'rack'), { column: 'rack', descending: false });
});
