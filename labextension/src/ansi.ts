/** How text looks: colours are 0–7 of the terminal's eight, −1 for none. */
export interface IStyle {
  color: number;
  ground: number;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

/** A stretch of text, by its offsets, and the classes that draw it. */
export interface ISpan {
  from: number;
  to: number;
  classes: string;
}

export const PLAIN: IStyle = {
  color: -1,
  ground: -1,
  bold: false,
  dim: false,
  italic: false,
  underline: false
};

// A "select graphic rendition" sequence, any other control or string sequence, or a bare control.
const ESCAPE =
  /\u001b\[([\d;:]*)m|\u001b\[[\d;:?<=>!]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Take the terminal codes out of one line: the text as it reads, and its styled stretches.
 *
 * What a carriage return overwrote is left out. Any colour becomes the nearest of the eight, so
 * that the theme can draw it legibly.
 *
 * @param line - as a program printed it.
 * @param style - how the line before ended.
 */
export function readAnsi(
  line: string,
  style: IStyle = PLAIN
): { text: string; spans: ISpan[]; style: IStyle } {
  const shown = line.replace(/\r+$/, '');
  const raw = shown.slice(shown.lastIndexOf('\r') + 1);
  let text = '';
  let at = 0;
  const spans: ISpan[] = [];
  const push = (piece: string) => {
    const classes = piece ? classesOf(style) : '';
    if (classes) {
      spans.push({ from: text.length, to: text.length + piece.length, classes });
    }
    text += piece;
  };
  for (const match of raw.matchAll(ESCAPE)) {
    push(raw.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[1] !== undefined) {
      style = restyle(style, match[1]);
    }
  }
  push(raw.slice(at));
  return { text, spans, style };
}

/** Return a line as it reads, without its terminal codes. */
export function plain(line: string): string {
  return readAnsi(line).text;
}

function restyle(style: IStyle, parameters: string): IStyle {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = { ...style };
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!;
    if (code === 38 || code === 48) {
      const [color, used] = extended(codes.slice(index + 1));
      next = code === 38 ? { ...next, color } : { ...next, ground: color };
      index += used;
    } else {
      next = { ...next, ...change(code) };
    }
  }
  return next;
}

function change(code: number): Partial<IStyle> {
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { bold: true };
    case 2:
      return { dim: true };
    case 3:
      return { italic: true };
    case 4:
      return { underline: true };
    case 22:
      return { bold: false, dim: false };
    case 23:
      return { italic: false };
    case 24:
      return { underline: false };
    case 39:
      return { color: -1 };
    case 49:
      return { ground: -1 };
  }
  const digit = code % 10;
  const tens = (code - digit) / 10;
  if (digit < 8 && (tens === 3 || tens === 9)) {
    return { color: digit };
  }
  if (digit < 8 && (tens === 4 || tens === 10)) {
    return { ground: digit };
  }
  return {};
}

/** Return the nearest of the eight colours and how many parameters told it. */
function extended(codes: number[]): [color: number, used: number] {
  if (codes[0] === 2) {
    const [red = 0, green = 0, blue = 0] = codes.slice(1, 4);
    return [nearest(red, green, blue), 4];
  }
  const index = codes[1] ?? 0;
  if (index < 16) {
    return [index % 8, 2];
  }
  if (index >= 232) {
    return [index < 244 ? 0 : 7, 2];
  }
  const cube = index - 16;
  return [nearest(Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6), 2];
}

function nearest(red: number, green: number, blue: number): number {
  const half = Math.max(red, green, blue, 1) / 2;
  return (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0);
}

function classesOf(style: IStyle): string {
  const classes = [];
  if (style.color >= 0) {
    classes.push(`jp-ogai-ansi-color${style.color}`);
  }
  if (style.ground >= 0) {
    classes.push(`jp-ogai-ansi-ground${style.ground}`);
  }
  for (const name of ['bold', 'dim', 'italic', 'underline'] as const) {
    if (style[name]) {
      classes.push(`jp-ogai-ansi-${name}`);
    }
  }
  return classes.join(' ');
}
