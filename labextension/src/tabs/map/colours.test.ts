import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cellsOf } from './cells';
import { aNode } from './cluster.fixture';
import { assignOwners, colourOf, DARK, LIGHT, OWNERS_SHOWN, type IPalette } from './colours';
import { readable } from './painter';

/** Relative luminance, as WCAG has it. */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map(place => parseInt(colour.slice(place, place + 2), 16) / 255);
  const [red, green, blue] = parts.map(part =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

test('scales get steadily darker on a light page and lighter on a dark one', () => {
  for (const [palette, way] of [
    [LIGHT, -1],
    [DARK, 1]
  ] as [IPalette, number][]) {
    for (const scale of [palette.use, palette.temperature]) {
      const steps = scale.map(luminance);
      steps.slice(1).forEach((step, place) => assert.ok(way * (step - steps[place]!) > 0));
    }
  }
});

test('what is drawn as a line can be seen on the page', () => {
  for (const [palette, ground] of [
    [LIGHT, '#ffffff'],
    [DARK, '#212121']
  ] as const) {
    for (const colour of [palette.nothing, palette.health.critical, palette.health.unknown]) {
      assert.ok(contrast(colour, ground) >= 3, `${colour} on ${ground}`);
    }
  }
});

test('a text in a cell can be read', () => {
  for (const colour of [...LIGHT.use, ...DARK.use, ...LIGHT.temperature, ...LIGHT.owners]) {
    assert.ok(contrast(readable(colour), colour) >= 4.5, colour);
  }
});

test('a cell has the colour of what is asked for, and of nothing where nobody tells', () => {
  const [busy, silent, broken] = cellsOf(
    aNode('n', [
      { job: 'j', owner: 'ada', utilization: 1, temperature: 200 },
      { utilization: null, temperature: null },
      { problem: 'gone' }
    ])
  );
  const owners = new Map([['ada', 2]]);
  const colour = (cell: typeof busy, by: Parameters<typeof colourOf>[1]) =>
    colourOf(cell!, by, LIGHT, owners);
  assert.equal(colour(busy, 'use'), LIGHT.use.at(-1));
  assert.equal(colour(busy, 'temperature'), LIGHT.temperature.at(-1));
  assert.equal(colour(busy, 'owner'), LIGHT.owners[2]);
  assert.equal(colour(busy, 'health'), LIGHT.health.ok);
  assert.equal(colour(silent, 'use'), LIGHT.nothing);
  assert.equal(colour(silent, 'owner'), LIGHT.nothing);
  assert.equal(colour(broken, 'use'), LIGHT.health.critical);
});

test('an owner keeps the colour while others come and go', () => {
  const before = assignOwners(['a', 'b', 'c'], new Map());
  const after = assignOwners(['d', 'c', 'a'], before);
  assert.equal(after.get('a'), before.get('a'));
  assert.equal(after.get('c'), before.get('c'));
  assert.equal(new Set(after.values()).size, 3);
  const many = assignOwners('a b c d e f g h i j'.split(' '), before);
  assert.equal(many.size, OWNERS_SHOWN);
});
