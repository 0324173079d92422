import assert from 'node:assert/strict';
import test from 'node:test';

import { addressOf, formatLink, parseLink, takeLinks } from './link';

test('a link names a kind and, where there are many, the thing', () => {
  assert.deepEqual(parseLink('map'), { kind: 'map' });
  assert.deepEqual(parseLink('job/01J/x'), { kind: 'job', id: '01J/x' });
  assert.deepEqual(parseLink('compare/a,b'), { kind: 'compare', id: 'a,b' });
  assert.deepEqual(parseLink('node/'), { kind: 'node' });
  for (const text of ['', '/x', '<b>/x', 'Job/x', 'constructor()']) {
    assert.equal(parseLink(text), undefined);
  }
});

test('what is written is read again', () => {
  for (const args of [
    { kind: 'launch' },
    { kind: 'node', id: 'rack 1/gpü&x=1#?' },
    { kind: 'compare', id: 'a,b,c' }
  ]) {
    const { links, rest } = takeLinks(addressOf('http://host:1/base/lab/tree/x?y#z', args));
    assert.deepEqual(links, [args]);
    assert.equal(rest, 'http://host:1/base/lab/tree/x');
    assert.deepEqual(parseLink(formatLink(args)), args);
  }
});

test('only our parameter leaves the address', () => {
  const { links, rest } = takeLinks('http://h/lab?reset&ogai=job/1&ogai=map&ogai=!&a=b#c');
  assert.deepEqual(links, [{ kind: 'job', id: '1' }, { kind: 'map' }]);
  assert.equal(rest, 'http://h/lab?reset=&a=b#c');
});
