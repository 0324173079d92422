import type { Occupancy } from './cells';
import { CELL, GUTTER, TITLE, type ILayout } from './layout';
import type { ISize, IView } from './view';

/** Colours of what is no cell, as the page's theme has them. */
export interface IInk {
  text: string;
  quiet: string;
  ground: string;
  focus: string;
  font: string;
}

/** How one cell is drawn. */
export interface ILook {
  occupancy: Occupancy;
  colour: string;
  /** A corner is marked: the node has a warning. */
  warned: boolean;
  /** It does not match the filter. */
  faint: boolean;
}

export interface IPicture {
  layout: ILayout;
  /** One for each cell of the layout. */
  looks: readonly ILook[];
  /** One for each group of the layout. */
  titles: readonly string[];
  /** What stands in a cell that is large enough; empty for nothing. */
  textOf: (index: number) => string;
  current: number;
  hovered: number;
  ink: IInk;
}

const SMALLEST_TEXT = 7;
const LARGEST_TEXT = 14;
const FAINT = 0.16;
/** From this size of a cell in pixels on, a text fits in. */
const ROOMY = 30;

/** Draw what can be seen of the map. The context is in units of CSS pixels. */
export function paint(
  context: CanvasRenderingContext2D,
  picture: IPicture,
  view: IView,
  box: ISize
): void {
  context.clearRect(0, 0, box.width, box.height);
  paintCells(context, picture, view, box);
  paintNames(context, picture, view, box);
  paintRing(context, picture, picture.hovered, view, picture.ink.quiet, 1);
  paintRing(context, picture, picture.current, view, picture.ink.focus, 2);
}

function paintCells(
  context: CanvasRenderingContext2D,
  { layout, looks, textOf, ink }: IPicture,
  view: IView,
  box: ISize
): void {
  const { scale } = view;
  const size = CELL * scale;
  const line = Math.max(1, Math.min(2.5, size / 9));
  let [colour, faint] = ['', false];
  context.lineWidth = line;
  for (let index = 0; index < looks.length; index++) {
    const x = layout.cells[index]!.x * scale + view.x;
    const y = layout.cells[index]!.y * scale + view.y;
    if (x > box.width || y > box.height || x + size < 0 || y + size < 0) {
      continue;
    }
    const look = looks[index]!;
    // Setting a style is what costs; neighbours often have the same.
    if (look.colour !== colour) {
      context.fillStyle = context.strokeStyle = colour = look.colour;
    }
    if (look.faint !== faint) {
      faint = look.faint;
      context.globalAlpha = faint ? FAINT : 1;
    }
    shape(context, look.occupancy, x, y, size, line);
    if (look.warned) {
      corner(context, x, y, size, ink.text, ink.ground);
      context.fillStyle = colour;
    }
  }
  context.globalAlpha = 1;
  if (size >= ROOMY) {
    paintTexts(context, { layout, looks, textOf, ink }, view, box);
  }
}

/** Used is filled, reserved has a dot, idle is hollow, draining is hatched, a fault is a cross. */
function shape(
  context: CanvasRenderingContext2D,
  occupancy: Occupancy,
  x: number,
  y: number,
  size: number,
  line: number
): void {
  if (occupancy === 'used') {
    context.fillRect(x, y, size, size);
    return;
  }
  const half = line / 2;
  if (occupancy !== 'fault') {
    context.strokeRect(x + half, y + half, size - line, size - line);
  }
  if (occupancy === 'reserved') {
    const dot = Math.max(1, size * 0.17);
    context.beginPath();
    context.arc(x + size / 2, y + size / 2, dot, 0, 2 * Math.PI);
    context.fill();
  } else if (occupancy === 'drain') {
    context.beginPath();
    for (const part of [0.33, 0.67, 1]) {
      context.moveTo(x + size * part, y);
      context.lineTo(x, y + size * part);
    }
    context.moveTo(x + size, y + size * 0.4);
    context.lineTo(x + size * 0.4, y + size);
    context.stroke();
  } else if (occupancy === 'fault') {
    const inset = size * 0.14;
    context.lineWidth = line * 1.4;
    context.beginPath();
    context.moveTo(x + inset, y + inset);
    context.lineTo(x + size - inset, y + size - inset);
    context.moveTo(x + size - inset, y + inset);
    context.lineTo(x + inset, y + size - inset);
    context.stroke();
    context.lineWidth = line;
  }
}

function corner(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
  colour: string,
  edge: string
): void {
  const wide = Math.max(3, size * 0.42);
  for (const [fill, length] of [
    [edge, wide + 1.5],
    [colour, wide]
  ] as const) {
    context.fillStyle = fill;
    context.beginPath();
    context.moveTo(x + size - length, y);
    context.lineTo(x + size, y);
    context.lineTo(x + size, y + length);
    context.fill();
  }
}

function paintTexts(
  context: CanvasRenderingContext2D,
  { layout, looks, textOf, ink }: Pick<IPicture, 'layout' | 'looks' | 'textOf' | 'ink'>,
  view: IView,
  box: ISize
): void {
  const size = CELL * view.scale;
  context.font = `${Math.min(LARGEST_TEXT, size * 0.32)}px ${ink.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  looks.forEach(({ occupancy, colour, faint }, index) => {
    const x = layout.cells[index]!.x * view.scale + view.x + size / 2;
    const y = layout.cells[index]!.y * view.scale + view.y + size / 2;
    const seen = x > 0 && y > 0 && x < box.width && y < box.height;
    if (seen && !faint && (occupancy === 'used' || occupancy === 'idle')) {
      context.fillStyle = occupancy === 'used' ? readable(colour) : ink.text;
      context.fillText(textOf(index), x, y);
    }
  });
}

function paintNames(
  context: CanvasRenderingContext2D,
  { layout, titles, ink }: IPicture,
  view: IView,
  box: ISize
): void {
  const { scale } = view;
  const seen = (y: number) => y > -40 && y < box.height + 40;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillStyle = ink.text;
  const large = Math.min(LARGEST_TEXT, 11 * scale);
  if (large >= SMALLEST_TEXT) {
    context.font = `600 ${large}px ${ink.font}`;
    layout.groups.forEach(({ x, y, width }, index) => {
      if (seen(y * scale + view.y)) {
        const text = cut(context, titles[index]!, width * scale);
        context.fillText(text, x * scale + view.x, (y + TITLE * 0.42) * scale + view.y);
      }
    });
  }
  const small = Math.min(12, 9.5 * scale);
  if (small < SMALLEST_TEXT) {
    return;
  }
  context.font = `${small}px ${ink.font}`;
  context.fillStyle = ink.quiet;
  for (const { member, named, x, y } of layout.nodes) {
    const middle = (y + CELL / 2) * scale + view.y;
    if (named && seen(middle)) {
      const text = cut(context, member.node.name, (GUTTER - 5) * scale);
      context.fillText(text, x * scale + view.x, middle);
    }
  }
}

function paintRing(
  context: CanvasRenderingContext2D,
  { layout }: IPicture,
  index: number,
  { scale, x, y }: IView,
  colour: string,
  width: number
): void {
  const cell = layout.cells[index];
  if (!cell) {
    return;
  }
  const away = width + 0.5;
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.strokeRect(
    cell.x * scale + x - away,
    cell.y * scale + y - away,
    CELL * scale + 2 * away,
    CELL * scale + 2 * away
  );
}

/** A text that is too long keeps its end, for names differ there. */
function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) {
    return text;
  }
  let shorter = text;
  while (shorter && context.measureText(`…${shorter}`).width > width) {
    shorter = shorter.slice(1);
  }
  return `…${shorter}`;
}

const contrasts = new Map<string, string>();

/** Black or white, whichever can be read better on a colour `#rrggbb`. */
export function readable(colour: string): string {
  const known = contrasts.get(colour);
  if (known) {
    return known;
  }
  const light = [1, 3, 5]
    .map(place => parseInt(colour.slice(place, place + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index]!, 0);
  const found = light > 0.179 ? '#000000' : '#ffffff';
  contrasts.set(colour, found);
  return found;
}
