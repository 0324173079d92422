import { CELL, type IPlacedCell } from './layout';

/** Which part of the plane is seen: a point `p` of it is drawn at `p * scale + offset`. */
export interface IView {
  scale: number;
  x: number;
  y: number;
}

export interface ISize {
  width: number;
  height: number;
}

const LARGEST_CELL = 60;
const FITTED_CELL = 34;
const SMALLEST_SCALE = 0.15;
const MARGIN = 16;

/** Show all of the plane; a small one is not blown up without end. */
export function fit(plane: ISize, box: ISize): IView {
  const scale = Math.min(
    (box.width - 2 * MARGIN) / Math.max(1, plane.width),
    (box.height - 2 * MARGIN) / Math.max(1, plane.height),
    FITTED_CELL / CELL
  );
  return clamp({ scale, x: MARGIN, y: MARGIN }, plane, box);
}

/** Make everything larger or smaller around a point of the box. */
export function zoom(view: IView, factor: number, at: { x: number; y: number }): IView {
  const scale = Math.min(LARGEST_CELL / CELL, Math.max(SMALLEST_SCALE, view.scale * factor));
  const change = scale / view.scale;
  return {
    scale,
    x: at.x - (at.x - view.x) * change,
    y: at.y - (at.y - view.y) * change
  };
}

/** Keep the plane in sight: centred where it is smaller than the box, else without empty edges. */
export function clamp(view: IView, plane: ISize, box: ISize): IView {
  const along = (offset: number, length: number, room: number) => {
    const drawn = length * view.scale;
    return drawn + 2 * MARGIN <= room
      ? (room - drawn) / 2
      : Math.min(MARGIN, Math.max(room - drawn - MARGIN, offset));
  };
  return {
    scale: view.scale,
    x: along(view.x, plane.width, box.width),
    y: along(view.y, plane.height, box.height)
  };
}

/** Move so that a cell is in sight, no more than needed. */
export function reveal(view: IView, { x, y, width }: IPlacedCell, box: ISize): IView {
  const along = (offset: number, place: number, length: number, room: number) => {
    const [low, high] = [place * view.scale + offset, (place + length) * view.scale + offset];
    if (low < MARGIN) {
      return offset + MARGIN - low;
    }
    return high > room - MARGIN ? offset + room - MARGIN - high : offset;
  };
  return {
    scale: view.scale,
    x: along(view.x, x, width, box.width),
    y: along(view.y, y, CELL, box.height)
  };
}
