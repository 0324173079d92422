import assert from 'node:assert/strict';
import { test } from 'node:test';

import { joinWords, splitWords } from './shell-words';

test('words are split as a shell splits them', () => {
  assert.deepEqual(splitWords(`  a 'b c'  "d \\"e" f\\ g '' x"y"'z' `), {
    words: ['a', 'b c', 'd "e', 'f g', '', 'xyz']
  });
  assert.deepEqual(splitWords(''), { words: [] });
  assert.deepEqual(splitWords(`"a\\b $c"`), { words: ['a\\b $c'] });
});

test('a quotation that is open is told', () => {
  assert.deepEqual(splitWords(`echo "a`), { open: '"' });
  assert.deepEqual(splitWords(`it's`), { open: "'" });
});

test('joined words are split into the same words', () => {
  const words = ['sh', '-c', `echo "$HOME" it's\n\\`, '', '中文', '--lr=0.1', '*'];
  assert.deepEqual(splitWords(joinWords(words)), { words });
  assert.equal(joinWords(['--lr', '0.1']), '--lr 0.1');
});
