import { Problem } from './problem';

/**
 * Yield the JSON values of a newline-delimited stream as they arrive.
 *
 * Bytes come in chunks cut anywhere, a UTF-8 character included. An empty line is a sign of life
 * and becomes null. A last line `{"problem": …}` is
 * the server's way to report an error in mid-stream and is thrown. The body is cancelled when the
 * reader stops early.
 */
export async function* ndjson(body: ReadableStream<Uint8Array>): AsyncGenerator {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let done = false;
  try {
    while (!done) {
      const chunk = await reader.read();
      done = chunk.done;
      const lines = (rest + decoder.decode(chunk.value, { stream: !done })).split('\n');
      rest = done ? '' : lines.pop()!;
      for (const line of lines) {
        if (line.trim()) {
          yield checked(JSON.parse(line));
        } else if (!done) {
          yield null;
        }
      }
    }
  } finally {
    if (!done) {
      await reader.cancel().catch(() => undefined);
    }
    reader.releaseLock();
  }
}

function checked(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'problem' in value) {
    throw Problem.fromDocument(value.problem) ?? Problem.from('The stream broke off.');
  }
  return value;
}
