import assert from 'node:assert/strict';
import test from 'node:test';
import type { ITranslator } from '@jupyterlab/translation';

import type { Session } from '../api/types';
import { Words } from '../words';
import { extension, idleWords } from './idle-words';

// JupyterLab's own needs a browser: it is loaded as modules that Node does not resolve.
const english = {
  languageCode: 'en',
  load: () => ({
    __: (text: string, ...args: string[]) =>
      text.replace(/%(\d)/g, (_, place: string) => args[Number(place) - 1] ?? '')
  })
} as unknown as ITranslator;
const words = new Words(english);

function session(rest: Partial<Session>): Session {
  const idle = { kernel: 'idle', idle: 7200, idle_until: 1000 + 25 * 60, warned: false } as const;
  return {
    id: 's',
    name: '',
    owner: '',
    state: 'running',
    created: 0,
    ...idle,
    ...rest
  } as Session;
}

test('whole minutes while there is time, seconds in the end', () => {
  assert.match(idleWords(session({}), 1010, words)?.short ?? '', /25 min left/);
  const near = idleWords(session({ idle_until: 1042, warned: true }), 1000, words);
  assert.match(near?.short ?? '', /^Ends in 42 sec/);
  assert.equal(near?.near, true);
});

test('a session that works is not counted down', () => {
  const busy = idleWords(session({ kernel: 'busy' }), 1000, words);
  assert.equal(busy?.short, 'Session works');
});

test('without a timer there is nothing to say', () => {
  assert.equal(idleWords(session({ idle: null, idle_until: null }), 1000, words), undefined);
});

test('a click adds half an hour at most, and no more than the timer', () => {
  assert.equal(extension(session({})), 1800);
  assert.equal(extension(session({ idle: 600 })), 600);
});
