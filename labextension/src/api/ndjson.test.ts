import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ndjson } from './ndjson';
import { Problem } from './problem';

function body(...chunks: Uint8Array[]): {
  stream: ReadableStream<Uint8Array>;
  cancelled: () => boolean;
} {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) {
        controller.enqueue(chunk);
      } else {
        controller.close();
      }
    },
    cancel() {
      cancelled = true;
    }
  });
  return { stream, cancelled: () => cancelled };
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function all(stream: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const items = [];
  for await (const item of ndjson(stream)) {
    items.push(item);
  }
  return items;
}

test('values arrive whole wherever the bytes are cut, inside a character too', async () => {
  const whole = bytes('{"text":"训练"}\n{"n":2}\n');
  for (let cut = 0; cut <= whole.length; cut++) {
    const { stream } = body(whole.slice(0, cut), whole.slice(cut));
    assert.deepEqual(await all(stream), [{ text: '训练' }, { n: 2 }]);
  }
});

test('an empty line is a sign of life, a last line without its end counts', async () => {
  assert.deepEqual(await all(body(bytes('\n1\n\n2')).stream), [null, 1, null, 2]);
});

test('a problem in mid-stream is thrown after the values before it', async () => {
  const { stream } = body(
    bytes('1\n{"problem":{"code":"unavailable","detail":"Gone.","action":"Wait."}}\n')
  );
  const seen: unknown[] = [];
  await assert.rejects(
    async () => {
      for await (const item of ndjson(stream)) {
        seen.push(item);
      }
    },
    (error: unknown) =>
      error instanceof Problem && error.code === 'unavailable' && error.action === 'Wait.'
  );
  assert.deepEqual(seen, [1]);
});

test('a reader that stops early cancels the body', async () => {
  const { stream, cancelled } = body(bytes('1\n2\n'), bytes('3\n'));
  for await (const item of ndjson(stream)) {
    assert.equal(item, 1);
    break;
  }
  assert.ok(cancelled());
});
