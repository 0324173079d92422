/** What a line of words says, or why it says nothing. */
export type Words = { words: string[] } | { open: '"' | "'" };

/** Split a line into words as a POSIX shell does: quotes and backslashes, nothing else. */
export function splitWords(line: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (/\s/.test(character)) {
      if (word !== undefined) {
        words.push(word);
        word = undefined;
      }
    } else if (character === "'" || character === '"') {
      const [text, end] = quoted(line, at);
      if (end < 0) {
        return { open: character };
      }
      word = (word ?? '') + text;
      at = end;
    } else if (character === '\\' && at + 1 < line.length) {
      at += 1;
      word = `${word ?? ''}${line[at] === '\n' ? '' : line[at]!}`;
    } else {
      word = `${word ?? ''}${character}`;
    }
  }
  return { words: word === undefined ? words : [...words, word] };
}

/** The inverse of `splitWords`. */
export function joinWords(words: readonly string[]): string {
  return words
    .map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`))
    .join(' ');
}

/** The text between the quote at `start` and the next one like it, and where that stands. */
function quoted(line: string, start: number): [string, number] {
  const quote = line[start];
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === quote) {
      return [text, at];
    }
    if (quote === '"' && line[at] === '\\' && '"\\$`\n'.includes(line[at + 1] ?? ' ')) {
      at += 1;
      text += line[at] === '\n' ? '' : line[at]!;
    } else {
      text += line[at]!;
    }
  }
  return [text, -1];
}
