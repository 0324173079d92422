import assert from 'node:assert/strict';
import { test } from 'node:test';

import { align } from './align';
import { fill } from './chart-words';
import { Curve } from './curve';
import { decimate, lowerBound, nearest } from './decimate';
import { formatTicks, formatValue, linearTicks, logTicks } from './numbers';
import { compose, extent } from './picture';
import { smooth } from './smooth';
import { sparkPath } from './spark-path';

const steps = (count: number) => Array.from({ length: count }, (_, index) => index);
const curveOf = (x: number[], y: number[], band = {}) =>
  new Curve({ key: 'a', label: String(y.length), x, y, ...band });
const everything = { log: false, smoothing: 0, buckets: 100, hidden: new Set<string>() };

test('a spike among a hundred thousand points survives, in its place', () => {
  const x = steps(100_000);
  const y = x.map(index => Math.sin(index / 500));
  y[43_210] = 99;
  y[43_211] = -99;
  const points = decimate(x, y, [0, 99_999], 300);
  assert.ok(points.x.length <= 3 * 300 + 3);
  assert.equal(points.y[points.x.indexOf(43_210)], 99);
  assert.equal(points.y[points.x.indexOf(43_211)], -99);
  assert.deepEqual(
    points.x,
    [...points.x].sort((a, b) => a - b)
  );
});

test('few points are drawn as they are, with one to each side of the range', () => {
  const points = decimate(steps(100), steps(100), [40, 50], 300);
  assert.deepEqual([points.x[0], points.x.at(-1)], [39, 51]);
});

test('a gap stays a gap when points are left out', () => {
  const y: (number | null)[] = steps(10_000).map(() => 1);
  y.fill(null, 4_000, 4_100);
  const points = decimate(steps(10_000), y, [0, 9_999], 100);
  assert.ok(points.y.includes(null));
  assert.ok(points.x.every((x, index) => points.y[index] !== null || (x >= 4_000 && x < 4_100)));
});

test('the nearest point is found from both sides', () => {
  const x = [0, 10, 20];
  assert.deepEqual(
    [-5, 4, 6, 25].map(value => nearest(x, value)),
    [0, 0, 1, 2]
  );
  assert.equal(nearest([], 1), -1);
  assert.equal(lowerBound([1, 2, 2, 3], 2), 1);
});

test('the moving average starts at the first value, not at zero, and skips gaps', () => {
  assert.equal(smooth([5, 5, 5], 0.9).at(-1)?.toFixed(6), '5.000000');
  assert.deepEqual(smooth([1, null, 1], 0.5), [1, null, 1]);
  assert.deepEqual(smooth([1, 2, 4], 0), [1, 2, 4]);
  const [first, second] = smooth([0, 1], 0.5);
  assert.equal(first, 0);
  assert.ok(Math.abs(second! - 2 / 3) < 1e-12);
});

test('curves with steps of their own meet on one x', () => {
  const aligned = align([
    { x: [0, 2, 2], y: [1, 5, -5] },
    { x: [1, 2], y: [7, null] }
  ]);
  assert.deepEqual(aligned, [
    [0, 1, 2, 2],
    [1, undefined, 5, -5],
    [undefined, 7, null, undefined]
  ]);
});

test('a log scale leaves out what is not positive and counts it', () => {
  const curve = curveOf([0, 1, 2, 3], [1, 0, -2, 4]);
  const picture = compose([curve], { ...everything, log: true, range: [0, 3] });
  assert.equal(picture.notPositive, 2);
  assert.deepEqual(picture.data[1], [1, null, null, 4]);
});

test('what is not finite is a gap and is counted', () => {
  const curve = curveOf([0, 1, 2], [1, NaN, Infinity]);
  curve.append(3, -Infinity);
  assert.equal(curve.unbounded, 3);
  assert.deepEqual(curve.y, [1, null, null, null]);
  assert.equal(curve.last, 1);
});

test('points out of order are put in their place', () => {
  const curve = curveOf([2, 0, 1], [20, 0, 10]);
  curve.append(0.5, 5);
  assert.deepEqual(curve.x, [0, 0.5, 1, 2]);
  assert.deepEqual(curve.y, [0, 5, 10, 20]);
});

test('a smoothed curve has its raw one behind it, a band its two edges', () => {
  const curve = curveOf([0, 1], [0, 1], { low: [-1, 0], high: [1, 2] });
  const picture = compose([curve], { ...everything, smoothing: 0.6, range: [0, 1] });
  assert.deepEqual(
    picture.lines.map(line => line.kind),
    ['high', 'low', 'raw', 'main']
  );
  assert.deepEqual(picture.data[3], [0, 1]);
});

test('a curve that is switched off takes no part', () => {
  const curve = curveOf([0, 1], [0, 1]);
  const picture = compose([curve], { ...everything, range: [0, 1], hidden: new Set(['a']) });
  assert.deepEqual(picture.data, [[], []]);
  assert.deepEqual(extent([curve]), [0, 1]);
  assert.equal(extent([]), undefined);
});

test('values are short and say what they are', () => {
  const shown = [0, 12, 1234567, 0.12345678, 3.2e-5, 123456.7, NaN, null];
  assert.deepEqual(
    shown.map(value => formatValue(value, 'en')),
    ['0', '12', '1,234,567', '0.1235', '3.2e-5', '123,457', '–', '–']
  );
});

test('labels of an axis keep the digits that tell them apart', () => {
  assert.deepEqual(formatTicks([0, 0.25, 0.5], 'en'), ['0', '0.25', '0.5']);
  assert.deepEqual(formatTicks([2.301, 2.302], 'en'), ['2.301', '2.302']);
  assert.deepEqual(formatTicks([0, 2e6, 4e6], 'en'), ['0', '2M', '4M']);
  assert.deepEqual(formatTicks([0, 1e-5, 2e-5], 'en'), ['0', '1e-5', '2e-5']);
});

test('a log axis has labels however little it spans', () => {
  assert.deepEqual(logTicks(1e-4, 1e2, 8), [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100]);
  assert.deepEqual(logTicks(0.9, 21, 6), [1, 2, 5, 10, 20]);
  assert.ok(logTicks(2.1, 2.9, 5).length >= 4);
  assert.deepEqual(logTicks(0, 1, 5), []);
  assert.deepEqual(linearTicks(0, 1, 4), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(linearTicks(3, 3, 4), [3]);
});

test('a small curve is cut at its gaps, and a lone point is seen', () => {
  const size = { width: 40, height: 10 };
  assert.equal(sparkPath([0, 1, null, 1, 0], size).line.split('M').length - 1, 2);
  assert.equal(sparkPath([5], size).line, 'M0,5L0,5');
  assert.equal(sparkPath([], size).line, '');
});

test('values find their places in a text', () => {
  assert.equal(fill('%2 of %1, %3', 5, 'x'), 'x of 5, %3');
});
