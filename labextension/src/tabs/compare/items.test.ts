import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatItem, nameOf, parseItem, readItems, shortName } from './items';

test('items are read and written', () => {
  const model = { kind: 'model' as const, name: 'org/a@b', revision: 'v2' };
  assert.deepEqual(parseItem('model:org/a@b@v2'), model);
  assert.equal(formatItem(model), 'model:org/a@b@v2');
  assert.deepEqual(parseItem('job:j1'), { kind: 'job', id: 'j1' });
  assert.deepEqual(parseItem('j577'), { kind: 'job', id: 'j577' });
  assert.deepEqual(parseItem('org/a@b@v2'), model);
  for (const none of ['', 'job:', 'model:org/a', 'model:@v1', 'other:x', 'org/a', 'x:org/a@v1']) {
    assert.equal(parseItem(none), undefined, none);
  }
});

test('a link holds two to six, each once', () => {
  const many = Array.from({ length: 9 }, (_, number) => `job:${number}`).join(',');
  assert.equal(readItems({ id: many }).length, 6);
  assert.equal(readItems({ id: 'job:1,job:1,nothing' }).length, 1);
  assert.equal(readItems({ items: ['job:1', 'model:a/b@v1'] }).length, 2);
  assert.deepEqual(readItems({}), []);
});

test('versions of one model are told by their revision alone', () => {
  const [a, b] = readItems({ id: 'model:x/y@v1,model:x/y@v2' });
  assert.equal(shortName(a!, [a!, b!], new Map()), 'v1');
  const other = parseItem('model:x/z@v1')!;
  assert.equal(shortName(a!, [a!, other], new Map()), 'x/y@v1');
});

test('a job is called by its name once that is known, and told from its namesakes', () => {
  const [a, b] = readItems({ id: 'j1,j2' });
  assert.equal(nameOf(a!, [a!, b!], new Map()), 'j1');
  assert.equal(nameOf(a!, [a!, b!], new Map([['j1', 'fit']])), 'fit');
  const namesakes = new Map(['j1', 'j2'].map(id => [id, 'fit']));
  assert.equal(shortName(b!, [a!, b!], namesakes), 'fit (j2)');
});
