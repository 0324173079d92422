import assert from 'node:assert/strict';
import { test } from 'node:test';

import { plain, readAnsi } from './ansi';

const ESC = '\u001b';

test('colours become spans of the text without its codes', () => {
  const { text, spans } = readAnsi(`ok ${ESC}[1;31mbad${ESC}[0m end`);
  assert.equal(text, 'ok bad end');
  assert.deepEqual(spans, [{ from: 3, to: 6, classes: 'jp-ogai-ansi-color1 jp-ogai-ansi-bold' }]);
});

test('a colour that is left on goes on in the next line', () => {
  const { style } = readAnsi(`${ESC}[32mgreen`);
  assert.deepEqual(readAnsi('still', style).spans, [
    { from: 0, to: 5, classes: 'jp-ogai-ansi-color2' }
  ]);
});

test('256 and 24-bit colours become the nearest of the eight', () => {
  for (const code of ['38;5;196', '38;2;250;20;10', '38;5;9', '91']) {
    assert.equal(readAnsi(`${ESC}[${code}mx`).spans[0]?.classes, 'jp-ogai-ansi-color1', code);
  }
});

test('no other code or control character reaches the text', () => {
  const hostile = `a${ESC}[2J${ESC}]0;title\u0007b${ESC}]8;;http://x${ESC}\\c\u0000\u0008${ESC}(Bd${ESC}`;
  assert.equal(plain(hostile), 'abcd');
});

test('what a carriage return overwrote is gone', () => {
  assert.equal(readAnsi(' 10%\r 50%\r100%\r').text, '100%');
});

test('a long line of openings takes no quadratic time', () => {
  const { text } = readAnsi(`${ESC}]`.repeat(50_000) + 'x');
  assert.ok(text.length <= 1);
});
