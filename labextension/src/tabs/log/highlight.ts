import type { ILogQuery } from '../../api/logs';

/** A stretch of a line in which something was found. */
export interface IFound {
  from: number;
  to: number;
}

/** More stretches of one line than these are not told apart by eye. */
const MOST = 100;

/** Return where a text lies in a line; for patterns see the server's spans. */
export function textIn(line: string, query: ILogQuery): IFound[] {
  // Lower case of some letters is longer: then places in it are not places in the line.
  const low = line.toLowerCase();
  const foldable = !query.case && low.length === line.length;
  const haystack = foldable ? low : line;
  const needle = foldable ? query.text.toLowerCase() : query.text;
  const found: IFound[] = [];
  let at = needle ? haystack.indexOf(needle) : -1;
  while (at >= 0 && found.length < MOST) {
    found.push({ from: at, to: at + needle.length });
    at = haystack.indexOf(needle, at + needle.length);
  }
  return found;
}

/** Turn spans that count characters, as Python does, into places in a JavaScript text. */
export function spansIn(line: string, spans: readonly (readonly number[])[]): IFound[] {
  // Only characters past U+FFFF take two places here.
  const wide = /[\ud800-\udbff]/.test(line);
  const characters = wide ? Array.from(line) : [];
  const place = (count: number) =>
    wide ? characters.slice(0, count).reduce((sum, one) => sum + one.length, 0) : count;
  return spans.map(([from = 0, to = 0]) => ({ from: place(from), to: place(to) }));
}
