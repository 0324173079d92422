import { Clipboard } from '@jupyterlab/apputils';

import type { LogsApi } from '../../api/logs';
import { Problem } from '../../api/problem';
import type { Words } from '../../words';
import { EVERYTHING } from './log-window';

/** Pieces of text that are put together before the browser's store of files takes them. */
const PIECES = 16;

/** Copy lines and return a word on it. */
export function copyLines(text: string, words: Words): string {
  if (!text) {
    return words.trans.__('There is nothing to copy yet.');
  }
  Clipboard.copyToSystem(text);
  return words.trans._n('%1 line copied', '%1 lines copied', text.split('\n').length);
}

/**
 * Save all that a job has printed as a file. It comes in pieces which the browser keeps outside of
 * the page's memory.
 */
export async function saveLog(
  api: LogsApi,
  name: string,
  id: string,
  how: { times: boolean; ranks: boolean },
  words: Words,
  say: (text: string) => void
): Promise<void> {
  const { trans } = words;
  const parts: Blob[] = [];
  let pieces: string[] = [];
  let size = 0;
  const put = () => {
    parts.push(new Blob(pieces));
    pieces = [];
  };
  try {
    for await (const piece of api.text(EVERYTHING, how, new AbortController().signal)) {
      if (piece) {
        pieces.push(piece);
        size += piece.length;
      }
      if (pieces.length >= PIECES) {
        put();
        say(trans.__('Downloading… %1 MB', words.number(Math.round(size / 1e6))));
      }
    }
  } catch (error) {
    say(trans.__('The download broke off: %1', Problem.from(error).message));
    return;
  }
  put();
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${`${name}-${id}`.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 120)}.log`;
  link.click();
  // The browser has to open it before it may go.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say(trans.__('Downloaded'));
}
