import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import type { ILogFilter, ILogs } from '../../api/logs';
import type { LogChunk, LogRecord } from '../../api/types';
import type { IChange, ILineReader } from './held-lines';
import { EVERYTHING, LogWindow } from './log-window';

/** Lines without their colours. */
const reader = (): ILineReader => ({
  read: records =>
    records.map(({ text, offset, time, rank }) => ({
      ...{ text: text!, offset: offset!, time, rank },
      ...{ spans: [], level: 'other', event: false }
    }))
});

/** A log whose record number `k` begins at byte 10·k; a following may be cut after some chunks. */
class Log implements ILogs {
  constructor(
    public count: number,
    public over = true
  ) {}

  cutAfter = Infinity;
  readonly followed: unknown[] = [];

  async *follow(
    from: { tail?: number; offset?: number },
    filter: ILogFilter,
    signal: AbortSignal
  ): AsyncIterable<LogChunk | null> {
    this.followed.push(from);
    let at = (from.offset ?? 0) / 10;
    if (from.tail !== undefined) {
      const chunk = await this.before(10 * this.count, from.tail, filter);
      at = chunk.offset / 10;
      yield chunk;
    }
    let chunks = 0;
    for (;;) {
      signal.throwIfAborted();
      if (chunks++ === this.cutAfter) {
        this.cutAfter = Infinity;
        return;
      }
      const to = Math.min(this.count, at + 7);
      if (to > at) {
        yield chunkOf(at, to, filter);
        at = to;
      } else if (this.over) {
        yield { records: [], start: 10 * at, offset: 10 * at, ended: true };
        return;
      } else {
        await new Promise(resolve => setImmediate(resolve));
        yield null;
      }
    }
  }

  async before(offset: number, limit: number, filter: ILogFilter): Promise<LogChunk> {
    const all = chunkOf(0, offset / 10, filter);
    const records = all.records.slice(-limit);
    const start = records.length < all.records.length ? records[0]!.offset! : 0;
    return Promise.resolve({ ...all, records, start });
  }

  async after(offset: number, limit: number, filter: ILogFilter): Promise<LogChunk> {
    const all = chunkOf(offset / 10, this.count, filter);
    const records = all.records.slice(0, limit);
    const end = all.records[limit]?.offset ?? all.offset;
    return Promise.resolve({ ...all, records, offset: end });
  }

  async *search(): AsyncIterable<null> {}
}

function chunkOf(from: number, to: number, { rank }: ILogFilter): LogChunk {
  const records = Array.from({ length: Math.max(0, to - from) }, (_, index) => ({
    time: 0,
    rank: (from + index) % 4,
    kind: 'text',
    text: String(from + index),
    offset: 10 * (from + index)
  })) as LogRecord[];
  return {
    records: records.filter(record => rank === null || record.rank === rank),
    start: 10 * from,
    offset: 10 * to,
    ended: false
  };
}

/** What an editor holds that does as it is told. */
class Shown {
  lines: string[] = [];

  constructor(window: LogWindow) {
    window.changed.connect((_, change: IChange) => {
      const kept = change.reset
        ? []
        : this.lines.slice(change.dropStart, this.lines.length - change.dropEnd);
      const text = (lines: IChange['end']) => lines.map(line => line.text);
      this.lines = [...text(change.start), ...kept, ...text(change.end)];
    });
  }
}

function open(log: Log, most?: number): { window: LogWindow; shown: Shown } {
  const window = new LogWindow(log, reader, {
    frame: run => run(),
    ...(most ? { most, page: 60 } : {})
  });
  return { window, shown: new Shown(window) };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 3000 && !condition(); turns++) {
    mock.timers.tick(50);
    await turn();
  }
  assert.ok(condition(), 'waited in vain');
}

function numbers(from: number, to: number, step = 1): string[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, k) => String(from + k * step));
}

test.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
test.afterEach(() => mock.timers.reset());

void test('the end first, earlier parts on demand, everything once', async () => {
  const { window, shown } = open(new Log(3500));
  window.resume();
  await until(() => window.ended);
  assert.deepEqual(shown.lines, numbers(2500, 3500));
  while (window.lines[0]!.offset > 0) {
    await window.earlier();
  }
  assert.deepEqual(shown.lines, numbers(0, 3500));
  window.dispose();
});

void test('a cut loses nothing and doubles nothing', async () => {
  const log = new Log(0, false);
  const { window, shown } = open(log);
  log.cutAfter = 3;
  window.resume();
  log.count = 100;
  await until(() => log.followed.length > 1);
  log.over = true;
  await until(() => window.ended);
  assert.deepEqual(shown.lines, numbers(0, 100));
  assert.ok(log.followed.slice(1).every(from => 'offset' in (from as object)));
});

void test('a pause and a resume go on from the same place', async () => {
  const log = new Log(20, false);
  const { window, shown } = open(log);
  window.resume();
  await until(() => window.ready && shown.lines.length === 20);
  window.pause();
  log.count = 50;
  await turn();
  assert.equal(shown.lines.length, 20);
  window.resume();
  await until(() => shown.lines.length === 50);
  assert.deepEqual(shown.lines, numbers(0, 50));
  window.dispose();
});

void test('followed for long, it holds the newest; what went comes again', async () => {
  const log = new Log(0, false);
  const { window, shown } = open(log, 100);
  window.resume();
  log.count = 1234;
  await until(() => shown.lines.at(-1) === '1233');
  assert.ok(shown.lines.length <= 100);
  assert.deepEqual(shown.lines, numbers(1234 - shown.lines.length, 1234));
  assert.equal(window.lines.length, shown.lines.length);
  window.following = false;
  await window.earlier();
  assert.ok(!window.atEnd);
  assert.deepEqual(shown.lines, numbers(Number(shown.lines[0]), Number(shown.lines[0]) + 100));
  window.dispose();
});

void test('who scrolled up keeps what he reads, and is told how much has come', async () => {
  const log = new Log(50, false);
  const { window, shown } = open(log, 100);
  window.resume();
  await until(() => shown.lines.length === 50);
  window.following = false;
  log.count = 400;
  await until(() => window.unseen >= 350);
  assert.equal(window.unseen, 350);
  assert.equal(shown.lines[0], '0');
  const more = () => !window.atEnd;
  assert.ok(more());
  while (more()) {
    await window.later();
  }
  assert.equal(shown.lines.at(-1), '399');
  window.following = true;
  log.count = 410;
  await until(() => shown.lines.at(-1) === '409');
  const first = Number(shown.lines[0]);
  assert.deepEqual(shown.lines, numbers(first, 410));
  window.toEnd();
  await until(() => shown.lines.at(-1) === '409');
  assert.deepEqual([window.unseen, window.following], [0, true]);
  window.dispose();
});

void test('a jump holds what lies around, and leaves what is held already', async () => {
  const { window, shown } = open(new Log(9000));
  window.resume();
  await until(() => window.ended);
  await window.jump(42_000);
  assert.deepEqual(shown.lines, numbers(3700, 5200));
  let changes = 0;
  window.changed.connect(() => changes++);
  await window.jump(43_000);
  assert.equal(changes, 0);
  await window.jump(0);
  assert.deepEqual(shown.lines, numbers(0, 1000));
  window.dispose();
});

void test('another filter shows the same place', async () => {
  const { window, shown } = open(new Log(9000));
  window.resume();
  await until(() => window.ended);
  window.following = false;
  await window.show({ ...EVERYTHING, rank: 1 }, 42_010);
  assert.ok(shown.lines.includes('4201'));
  assert.deepEqual(shown.lines, numbers(Number(shown.lines[0]), 1 + Number(shown.lines.at(-1)), 4));
  window.following = true;
  await window.show(EVERYTHING);
  await until(() => window.ended && shown.lines.length === 1000);
  assert.deepEqual(shown.lines, numbers(8000, 9000));
  window.dispose();
});

void test('a part that does not come is said, and comes when it is asked for again', async () => {
  const log = new Log(3500);
  const { window, shown } = open(log);
  window.resume();
  await until(() => window.ended);
  const before = log.before.bind(log);
  log.before = () => Promise.reject(new TypeError('no network'));
  await window.earlier();
  assert.ok(window.problem);
  log.before = before;
  await window.earlier();
  assert.equal(window.problem, undefined);
  assert.deepEqual(shown.lines, numbers(1500, 3500));
  window.dispose();
});
