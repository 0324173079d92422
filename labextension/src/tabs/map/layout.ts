import type { ICell, IGroup, INodeCells } from './cells';

/** Sizes at scale 1, in pixels. */
export const CELL = 13;
export const GAP = 2;
const PITCH = CELL + GAP;
/** Room for a node's name in front of its cells. */
export const GUTTER = 44;
/** Room for a group's title above its nodes. */
export const TITLE = 20;
/** Between groups. */
export const SPACE = 18;
/** So many cells of a node stand beside each other; more make another line. */
const CELLS_A_LINE = 8;
/** So many nodes without GPUs stand beside each other: each is one cell. */
const CORES_A_LINE = 8;

export interface IRectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface IPlacedGroup extends IRectangle {
  group: IGroup;
}

export interface IPlacedNode extends IRectangle {
  member: INodeCells;
  /** Where the name stands; none where cells of several nodes share a line. */
  named: boolean;
}

export interface IPlacedCell {
  cell: ICell;
  x: number;
  y: number;
  /** That of a GPU, or of a whole line for the cores of a node. */
  width: number;
}

/** Where everything stands, in a plane whose unit is a pixel at scale 1. */
export interface ILayout {
  width: number;
  height: number;
  groups: IPlacedGroup[];
  /** One for each group: whether its cells stand behind the names of their nodes. */
  indented: boolean[];
  nodes: IPlacedNode[];
  /** In reading order: group by group, node by node, GPU by GPU. */
  cells: IPlacedCell[];
}

/**
 * Place groups side by side in lines, as racks stand in a room, so that all of them fit a view of
 * this shape as large as they can be.
 *
 * @param aspect - the width of the view divided by its height.
 */
export function arrange(groups: readonly IGroup[], aspect: number): ILayout {
  const blocks = groups.map(block);
  let best: { width: number; height: number; places: [number, number][] } | undefined;
  const widest = blocks.reduce((most, { width }) => Math.max(most, width), 0);
  const total = blocks.reduce((sum, { width }) => sum + width + SPACE, 0);
  // Between one group a line and all in one line, the shape that wastes least of the view.
  for (let step = 0; step <= 48; step++) {
    const limit = widest + ((total - widest) * step * step) / (48 * 48);
    const flowed = flow(blocks, limit);
    if (!best || waste(flowed, aspect) < waste(best, aspect)) {
      best = flowed;
    }
  }
  const layout: ILayout = {
    width: best?.width ?? 0,
    height: best?.height ?? 0,
    groups: [],
    indented: [],
    nodes: [],
    cells: []
  };
  blocks.forEach((one, index) => place(layout, one, best!.places[index]!));
  return layout;
}

/** The cell at a point of the plane; the gaps belong to the cell before them. */
export function cellAt(layout: ILayout, x: number, y: number): number {
  const within = layout.nodes.findIndex(
    node => x >= node.x && x < node.x + node.width && y >= node.y && y < node.y + node.height
  );
  if (within < 0) {
    return -1;
  }
  return layout.cells.findIndex(
    cell => x >= cell.x && x < cell.x + cell.width + GAP && y >= cell.y && y < cell.y + PITCH
  );
}

interface IBlock {
  group: IGroup;
  width: number;
  height: number;
  nodes: {
    member: INodeCells;
    named: boolean;
    box: IRectangle;
    cells: [x: number, y: number, width: number][];
  }[];
}

/** The inside of one group, from its own corner. */
function block(group: IGroup): IBlock {
  const onlyCores = group.nodes.every(({ cells }) => cells[0]!.gpu < 0);
  const made: IBlock = { group, width: 0, height: TITLE, nodes: [] };
  if (onlyCores && group.nodes.length > CORES_A_LINE) {
    group.nodes.forEach((member, index) => {
      const x = (index % CORES_A_LINE) * PITCH;
      const y = TITLE + Math.floor(index / CORES_A_LINE) * PITCH;
      const box = { x, y, width: PITCH, height: PITCH };
      made.nodes.push({ member, named: false, box, cells: [[x, y, CELL]] });
    });
    made.width = CORES_A_LINE * PITCH;
    made.height = TITLE + Math.ceil(group.nodes.length / CORES_A_LINE) * PITCH;
    return made;
  }
  for (const member of group.nodes) {
    const lines = Math.max(1, Math.ceil(member.cells.length / CELLS_A_LINE));
    const cores = member.cells[0]!.gpu < 0;
    const across = cores ? CELLS_A_LINE : Math.min(CELLS_A_LINE, member.cells.length);
    const box = {
      x: 0,
      y: made.height,
      width: GUTTER + across * PITCH,
      height: lines * PITCH
    };
    const cells = member.cells.map((_, index): [number, number, number] => [
      GUTTER + (index % CELLS_A_LINE) * PITCH,
      made.height + Math.floor(index / CELLS_A_LINE) * PITCH,
      cores ? CELLS_A_LINE * PITCH - GAP : CELL
    ]);
    made.nodes.push({ member, named: true, box, cells });
    made.width = Math.max(made.width, box.width);
    made.height += box.height;
  }
  return made;
}

function flow(blocks: readonly IBlock[], limit: number) {
  const places: [number, number][] = [];
  let [x, y, tallest, width] = [0, 0, 0, 0];
  for (const one of blocks) {
    if (x > 0 && x + one.width > limit) {
      [x, y, tallest] = [0, y + tallest + SPACE, 0];
    }
    places.push([x, y]);
    width = Math.max(width, x + one.width);
    tallest = Math.max(tallest, one.height);
    x += one.width + SPACE;
  }
  return { width, height: y + tallest, places };
}

/** How large a view of this aspect must be to hold it: the smaller, the larger cells are drawn. */
function waste({ width, height }: { width: number; height: number }, aspect: number): number {
  return Math.max(width, height * aspect);
}

function place(layout: ILayout, one: IBlock, [left, top]: [number, number]): void {
  const { group, width, height } = one;
  layout.groups.push({ group, x: left, y: top, width, height });
  layout.indented.push(one.nodes.some(({ named }) => named));
  for (const { member, named, box, cells } of one.nodes) {
    layout.nodes.push({
      member,
      named,
      x: left + box.x,
      y: top + box.y,
      width: box.width,
      height: box.height
    });
    cells.forEach(([x, y, width], index) =>
      layout.cells.push({ cell: member.cells[index]!, x: left + x, y: top + y, width })
    );
  }
}
