import assert from 'node:assert/strict';
import { test } from 'node:test';

import { groupNodes } from './cells';
import { aNode, racks } from './cluster.fixture';
import { arrange, cellAt, CELL, type ILayout } from './layout';
import { move } from './moves';
import { clamp, fit, reveal, zoom } from './view';

const BIG = arrange(groupNodes(racks(1000), 'rack'), 1.6);
const BOX = { width: 960, height: 600 };

function overlaps({ cells }: ILayout): number {
  const taken = new Set(cells.map(({ x, y }) => `${x},${y}`));
  return cells.length - taken.size;
}

test('eight thousand cells have a place each, in about the shape of the view', () => {
  assert.equal(BIG.cells.length, 8000);
  assert.equal(overlaps(BIG), 0);
  assert.ok(Math.abs(Math.log(BIG.width / BIG.height / 1.6)) < 0.35);
  for (const { x, y, width } of BIG.cells) {
    assert.ok(x >= 0 && y >= 0 && x + width <= BIG.width && y + CELL <= BIG.height);
  }
});

test('a point is over the cell that is drawn there, and nowhere else', () => {
  for (const index of [0, 7, 8, 4321, 7999]) {
    const { x, y } = BIG.cells[index]!;
    assert.equal(cellAt(BIG, x + 1, y + 1), index);
    assert.equal(cellAt(BIG, x + CELL - 1, y + CELL - 1), index);
  }
  assert.equal(cellAt(BIG, -1, -1), -1);
  assert.equal(cellAt(BIG, BIG.width + 5, 10), -1);
});

test('nothing at all has a layout, too', () => {
  const empty = arrange([], 1.6);
  assert.deepEqual([empty.width, empty.height, empty.cells.length], [0, 0, 0]);
  assert.ok(fit(empty, BOX).scale > 0);
  assert.equal(move(empty, -1, 'ArrowRight'), undefined);
});

test('the cores of a lone node take a line; those of many stand close', () => {
  const alone = arrange(groupNodes([aNode('n')], 'rack'), 1.6);
  assert.ok(alone.cells[0]!.width > 4 * CELL);
  const many = arrange(
    groupNodes(
      Array.from({ length: 20 }, (_, number) => aNode(`n${number}`)),
      'rack'
    ),
    1.6
  );
  assert.ok(many.cells.every(({ width }) => width === CELL));
  assert.equal(overlaps(many), 0);
});

test('arrows go to the next cell, also into the next group, and stay at the end', () => {
  assert.equal(move(BIG, 0, 'ArrowRight'), 1);
  assert.equal(move(BIG, 0, 'ArrowDown'), 8);
  assert.equal(move(BIG, 8, 'ArrowUp'), 0);
  const beyond = BIG.cells[move(BIG, 7, 'ArrowRight')!]!;
  assert.equal(beyond.cell.node.rack, 'rack 1');
  assert.equal(beyond.y, BIG.cells[7]!.y);
  assert.equal(move(BIG, 0, 'ArrowLeft'), 0);
  assert.equal(move(BIG, 0, 'ArrowUp'), 0);
});

test('home and end stay in the node, page keys go from group to group', () => {
  assert.equal(move(BIG, 12, 'Home'), 8);
  assert.equal(move(BIG, 12, 'End'), 15);
  assert.equal(move(BIG, 12, 'End', true), 7999);
  assert.equal(move(BIG, 12, 'PageDown'), 128);
  assert.equal(move(BIG, 130, 'PageUp'), 0);
  assert.equal(move(BIG, 12, 'x'), undefined);
  assert.equal(move(BIG, -1, 'ArrowRight'), 0);
});

test('all of it fits at first, and a zoom keeps what is under the pointer there', () => {
  const view = fit(BIG, BOX);
  assert.ok(BIG.width * view.scale <= BOX.width && BIG.height * view.scale <= BOX.height);
  const at = { x: 300, y: 200 };
  const near = zoom(view, 3, at);
  const under = ({ x, y, scale }: typeof view) => [(at.x - x) / scale, (at.y - y) / scale];
  under(view).forEach((place, axis) => assert.ok(Math.abs(place - under(near)[axis]!) < 1e-9));
  assert.equal(zoom(near, 1e9, at).scale, zoom(near, 1e12, at).scale);
});

test('nobody gets lost: the plane cannot be moved out of sight', () => {
  const near = zoom(fit(BIG, BOX), 4, { x: 0, y: 0 });
  const far = clamp({ ...near, x: 1e6, y: -1e6 }, BIG, BOX);
  assert.ok(far.x <= 16 && far.y + BIG.height * far.scale >= BOX.height - 17);
});

test('the keyboard brings its cell into sight', () => {
  const near = zoom(fit(BIG, BOX), 6, { x: 0, y: 0 });
  const cell = BIG.cells[7999]!;
  const { x, y, scale } = reveal(near, cell, BOX);
  assert.ok(cell.x * scale + x >= 0 && (cell.x + CELL) * scale + x <= BOX.width);
  assert.ok(cell.y * scale + y >= 0 && (cell.y + CELL) * scale + y <= BOX.height);
  assert.deepEqual(reveal({ x, y, scale }, cell, BOX), { x, y, scale });
});
