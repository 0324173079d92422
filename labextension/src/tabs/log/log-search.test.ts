import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ILogFilter, ILogs, LogMatches } from '../../api/logs';
import { Problem } from '../../api/problem';
import { LogSearch } from './log-search';

const ALL: ILogFilter = { rank: null, stream: null, level: [] };
const QUERY = { text: 'loss', pattern: false, case: false };

/** A log of a given size in which something is found at given places; 100 bytes a part. */
class Found {
  constructor(
    public places: number[],
    public size: number
  ) {}

  readonly asked: number[] = [];

  async *search(
    _: unknown,
    __: unknown,
    { offset }: { offset: number }
  ): AsyncIterable<LogMatches | null> {
    this.asked.push(offset);
    let count = 0;
    for (let at = offset; at < this.size || at === offset; at += 100) {
      const end = Math.min(at + 100, this.size);
      const places = this.places.filter(place => place >= at && place < end);
      count += places.length;
      yield { places, matches: [], count, offset: end, size: this.size, ended: end === this.size };
    }
  }
}

const searchIn = (found: object) => new LogSearch(found as ILogs);

async function over(search: LogSearch): Promise<void> {
  for (let turn = 0; search.running && turn < 1000; turn++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

void test('every line is counted, and one goes round them in both directions', async () => {
  const search = searchIn(new Found([5, 250, 251, 900], 1000));
  let told = 0;
  search.changed.connect(() => told++);
  search.start(QUERY, ALL);
  await over(search);
  assert.equal(search.count, 4);
  assert.ok(told > 9, 'one is told of every part');
  assert.equal(search.nearest(240), 250);
  assert.equal(search.step(1), 251);
  assert.equal(search.step(1), 900);
  assert.equal(search.step(1), 5);
  assert.equal(search.step(-1), 900);
  assert.equal(search.nearest(901), 900);
  assert.deepEqual([search.has(251), search.has(252)], [true, false]);
  assert.deepEqual(search.spread(4, 1000), [true, true, false, true]);
});

void test('what comes later is searched from where the search had got to', async () => {
  const found = new Found([5], 150);
  const search = searchIn(found);
  search.start(QUERY, ALL);
  await over(search);
  found.places.push(180);
  found.size = 200;
  search.extend();
  await over(search);
  assert.deepEqual([search.count, found.asked], [2, [0, 150]]);
});

void test('the line that was meant is meant still under another filter', async () => {
  const found = new Found([5, 250, 900], 1000);
  const search = searchIn(found);
  search.start(QUERY, ALL);
  await over(search);
  search.nearest(250);
  found.places = [250, 900];
  search.start(QUERY, { ...ALL, rank: 1 });
  await over(search);
  assert.deepEqual([search.current, search.place], [0, 250]);
});

void test('a pattern that is none is said, and not tried again by itself', async () => {
  const search = searchIn({
    async *search() {
      await Promise.resolve();
      throw new Problem({ code: 'invalid_input', detail: 'no pattern' });
    }
  });
  search.start(QUERY, ALL);
  await over(search);
  assert.equal(search.problem?.code, 'invalid_input');
  search.extend();
  assert.equal(search.running, false);
});

void test('a search that was replaced says nothing more', async () => {
  const search = searchIn(new Found([5], 100_000));
  search.start(QUERY, ALL);
  search.start(undefined, ALL);
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual([search.count, search.running], [0, false]);
});
