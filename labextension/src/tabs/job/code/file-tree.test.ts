import assert from 'node:assert/strict';
import { test } from 'node:test';

import { firstOpen, rowsOf, treeOf } from './file-tree';

const FILES = [
  { path: 'README.md', size: 1 },
  { path: 'src/deep/down/a.py', size: 10 },
  { path: 'src/deep/down/b.py', size: 20 },
  { path: 'zoo/c.py', size: 5 },
  { path: 'zoo/more/d.py', size: 7 }
];

test('folders come first, know what they hold, and are joined where there is nothing else', () => {
  const tree = treeOf(FILES);
  assert.deepEqual(
    tree.map(({ name, path, size, files }) => [name, path, size, files]),
    [
      ['src/deep/down', 'src/deep/down/', 30, 2],
      ['zoo', 'zoo/', 12, 2],
      ['README.md', 'README.md', 1, 1]
    ]
  );
});

test('only what is open has lines', () => {
  const rows = rowsOf(treeOf(FILES), new Set(['zoo/']));
  assert.deepEqual(
    rows.map(({ node, level, expanded, position, siblings }) => [
      node.name,
      level,
      expanded,
      position,
      siblings
    ]),
    [
      ['src/deep/down', 1, false, 1, 3],
      ['zoo', 1, true, 2, 3],
      ['more', 2, false, 1, 2],
      ['c.py', 2, undefined, 2, 2],
      ['README.md', 1, undefined, 3, 3]
    ]
  );
});

test('a small tree is open, a large one is not', () => {
  assert.deepEqual([...firstOpen(treeOf(FILES), 10)].sort(), [
    'src/deep/down/',
    'zoo/',
    'zoo/more/'
  ]);
  assert.deepEqual([...firstOpen(treeOf(FILES), 3)], []);
  assert.deepEqual([...firstOpen(treeOf(FILES.slice(1, 3)), 1)], ['src/deep/down/']);
});
