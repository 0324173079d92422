import type { ILayout, IPlacedCell } from './layout';

/** Where a key leads from a cell; undefined where the key is none of ours. */
export function move(layout: ILayout, from: number, key: string, ctrl = false): number | undefined {
  const { cells } = layout;
  const last = cells.length - 1;
  const here = cells[from];
  if (!here) {
    return last < 0 ? undefined : 0;
  }
  switch (key) {
    case 'ArrowRight':
      return nearest(cells, here, from, 1, 0);
    case 'ArrowLeft':
      return nearest(cells, here, from, -1, 0);
    case 'ArrowDown':
      return nearest(cells, here, from, 0, 1);
    case 'ArrowUp':
      return nearest(cells, here, from, 0, -1);
    case 'Home':
      return ctrl ? 0 : edge(cells, from, -1);
    case 'End':
      return ctrl ? last : edge(cells, from, 1);
    case 'PageDown':
      return group(layout, from, 1);
    case 'PageUp':
      return group(layout, from, -1);
    default:
      return undefined;
  }
}

/** The nearest cell in a direction; what lies aside counts thrice. */
function nearest(
  cells: readonly IPlacedCell[],
  here: IPlacedCell,
  from: number,
  right: number,
  down: number
): number {
  let best = from;
  let shortest = Infinity;
  for (let index = 0; index < cells.length; index++) {
    const [x, y] = [cells[index]!.x - here.x, cells[index]!.y - here.y];
    const ahead = x * right + y * down;
    const aside = Math.abs(x * down) + Math.abs(y * right);
    if (ahead > 0 && ahead + 3 * aside < shortest) {
      [best, shortest] = [index, ahead + 3 * aside];
    }
  }
  return best;
}

/** The first or the last cell of the same node. */
function edge(cells: readonly IPlacedCell[], from: number, step: number): number {
  const { node } = cells[from]!.cell;
  let index = from;
  while (cells[index + step]?.cell.node === node) {
    index += step;
  }
  return index;
}

/** The first cell of the next or the previous group. */
function group(layout: ILayout, from: number, step: number): number {
  const { groups, cells } = layout;
  const node = cells[from]!.cell.node;
  const now = groups.findIndex(({ group }) => group.nodes.some(member => member.node === node));
  const there = groups[Math.max(0, Math.min(groups.length - 1, now + step))];
  const first = there?.group.nodes[0]?.node;
  return cells.findIndex(({ cell }) => cell.node === first);
}
