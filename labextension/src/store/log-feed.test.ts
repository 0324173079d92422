import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import type { ILogQuery, ILogSource } from '../api/scheduler';
import type { LogChunk, LogRecord } from '../api/types';
import { LogFeed } from './log-feed';

const record = (text: string) => ({ time: 0, rank: 0, kind: 'text', text }) as LogRecord;

function chunk(offset: number, ended: boolean, ...lines: string[]): LogChunk {
  return { records: lines.map(record), offset, ended };
}

/** Answers each following with the next of some scripts; a script that ends early is a cut. */
class Source implements ILogSource {
  constructor(private readonly _scripts: (LogChunk | null)[][]) {}

  readonly queries: ILogQuery[] = [];

  async *follow(_: string, query: ILogQuery): AsyncIterable<LogChunk | null> {
    this.queries.push(query);
    yield* this._scripts.shift() ?? [];
  }
}

async function play(source: Source, feed: LogFeed): Promise<string[]> {
  const lines: string[] = [];
  feed.received.connect((_, records) => lines.push(...records.map(({ text }) => text!)));
  feed.resume();
  for (let turn = 0; turn < 200 && !feed.ended; turn++) {
    mock.timers.tick(50);
    await new Promise(resolve => setImmediate(resolve));
  }
  assert.ok(feed.ended, `${source.queries.length} followings and no end`);
  return lines;
}

void test('the tail first, then from where it was cut: nothing missed, nothing twice', async context => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const source = new Source([
    [chunk(10, false, 'a'), null, chunk(20, false, 'b')],
    [chunk(30, false, 'c'), chunk(30, true)]
  ]);
  const feed = new LogFeed(source, 'job');
  assert.deepEqual(await play(source, feed), ['a', 'b', 'c']);
  assert.deepEqual(source.queries, [
    { tail: 2000, rank: null },
    { offset: 20, rank: null }
  ]);
  assert.equal(feed.truncated, false);
  feed.resume();
  assert.equal(source.queries.length, 2, 'a log that has ended is not followed again');
});

void test('another rank begins again with its tail', async context => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const source = new Source([[chunk(10, true, 'all')], [chunk(10, true, 'one')]]);
  const feed = new LogFeed(source, 'job');
  const lines = await play(source, feed);
  let restarts = 0;
  feed.restarted.connect(() => restarts++);
  feed.rank = 1;
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(lines, ['all', 'one']);
  assert.deepEqual(source.queries.at(-1), { tail: 2000, rank: 1 });
  assert.equal(restarts, 1);
});
