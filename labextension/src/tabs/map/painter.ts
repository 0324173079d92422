import type { Occupancy } from './cells';
import { CELL, GUTTER, SPACE, TITLE, type ILayout } from './layout';
import type { ISize, IView } from './view';

/** Colours of what is no cell, as the page's theme has them. */
export interface IInk {
  text: string;
  quiet: string;
  ground: string;
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
  const { hovered, current, ink } = picture;
  paintRing(context, picture, hovered, view, [[ink.quiet, 1, 0.5]]);
  paintRing(context, picture, current, view, [
    [ink.ground, 5, 2],
    [ink.text, 2, 2]
  ]);
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
    const cell = layout.cells[index]!;
    const [x, y] = [cell.x * scale + view.x, cell.y * scale + view.y];
    const wide = cell.width * scale;
    if (x > box.width || y > box.height || x + wide < 0 || y + size < 0) {
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
    shape(context, look.occupancy, { x, y, wide, size }, line);
    if (look.warned) {
      corner(context, { x, y, wide, size }, ink.text, ink.ground);
      context.fillStyle = colour;
    }
  }
  context.globalAlpha = 1;
  if (size >= ROOMY) {
    paintTexts(context, { layout, looks, textOf, ink }, view, box);
  }
}

interface IPlace {
  x: number;
  y: number;
  wide: number;
  /** The height. */
  size: number;
}

/** Used is filled, reserved has a dot, idle is hollow, draining is hatched, a fault is a cross. */
function shape(
  context: CanvasRenderingContext2D,
  occupancy: Occupancy,
  { x, y, wide, size }: IPlace,
  line: number
): void {
  if (occupancy === 'used') {
    context.fillRect(x, y, wide, size);
    return;
  }
  const half = line / 2;
  if (occupancy !== 'fault') {
    context.strokeRect(x + half, y + half, wide - line, size - line);
  }
  context.beginPath();
  switch (occupancy) {
    case 'reserved':
      context.arc(x + wide / 2, y + size / 2, Math.max(1, size * 0.17), 0, 2 * Math.PI);
      context.fill();
      break;
    case 'drain':
      for (let from = size / 3; from < wide + size; from += size / 3) {
        context.moveTo(x + Math.min(wide, from), y + Math.max(0, from - wide));
        context.lineTo(x + Math.max(0, from - size), y + Math.min(size, from));
      }
      context.stroke();
      break;
    case 'fault': {
      const inset = size * 0.14;
      const [left, right] = [x + wide / 2 - size / 2 + inset, x + wide / 2 + size / 2 - inset];
      context.lineWidth = line * 1.4;
      context.moveTo(left, y + inset);
      context.lineTo(right, y + size - inset);
      context.moveTo(right, y + inset);
      context.lineTo(left, y + size - inset);
      context.stroke();
      context.lineWidth = line;
      break;
    }
  }
}

function corner(
  context: CanvasRenderingContext2D,
  { x, y, wide, size }: IPlace,
  colour: string,
  edge: string
): void {
  const length = Math.max(3, size * 0.42);
  for (const [fill, reach] of [
    [edge, length + 1.5],
    [colour, length]
  ] as const) {
    context.fillStyle = fill;
    context.beginPath();
    context.moveTo(x + wide - reach, y);
    context.lineTo(x + wide, y);
    context.lineTo(x + wide, y + reach);
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
    const cell = layout.cells[index]!;
    const x = (cell.x + cell.width / 2) * view.scale + view.x;
    const y = cell.y * view.scale + view.y + size / 2;
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
  // A title may use the space between groups, so that it can be read when all is small.
  const room = (TITLE + SPACE) * scale;
  const large = Math.min(LARGEST_TEXT, Math.max(9, 11 * scale));
  if (room >= large + 3) {
    context.font = `600 ${large}px ${ink.font}`;
    layout.groups.forEach(({ x, y, width }, index) => {
      const middle = (y + TITLE) * scale + view.y - Math.min(TITLE * 0.58 * scale, 16) - 3;
      if (seen(middle)) {
        const left = layout.indented[index] ? GUTTER : 0;
        const text = cut(context, titles[index]!, (width - left) * scale);
        context.fillText(text, (x + left) * scale + view.x, middle);
      }
    });
  }
  const small = Math.min(12, 9.5 * scale);
  if (small < SMALLEST_TEXT) {
    return;
  }
  context.font = `${small}px ${ink.font}`;
  context.fillStyle = ink.quiet;
  context.textAlign = 'right';
  for (const { member, named, x, y } of layout.nodes) {
    const middle = (y + CELL / 2) * scale + view.y;
    if (named && seen(middle)) {
      const text = cut(context, member.node.name, (GUTTER - 4) * scale);
      context.fillText(text, (x + GUTTER - 4) * scale + view.x, middle);
    }
  }
}

function paintRing(
  context: CanvasRenderingContext2D,
  { layout }: IPicture,
  index: number,
  { scale, x, y }: IView,
  rings: [colour: string, width: number, away: number][]
): void {
  const cell = layout.cells[index];
  if (!cell) {
    return;
  }
  for (const [colour, width, away] of rings) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.strokeRect(
      cell.x * scale + x - away,
      cell.y * scale + y - away,
      cell.width * scale + 2 * away,
      CELL * scale + 2 * away
    );
  }
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
