/** A part of time, in Unix seconds. */
export interface ISpan {
  from: number;
  to: number;
}

/** Where something stands on a scale, in percent of its width. */
export interface IPlace {
  left: number;
  width: number;
}

const STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600,
  43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000
];

/** Where a span stands on a scale; undefined where it lies outside. */
export function place(span: ISpan, scale: ISpan): IPlace | undefined {
  const length = Math.max(scale.to - scale.from, 1e-9);
  const from = Math.max(span.from, scale.from);
  const to = Math.min(span.to, scale.to);
  if (to < from) {
    return undefined;
  }
  return { left: (100 * (from - scale.from)) / length, width: (100 * (to - from)) / length };
}

/** Round distances from the begin of a scale, in seconds, about `count` of them. */
export function ticks(scale: ISpan, count: number): number[] {
  const length = scale.to - scale.from;
  const step =
    STEPS.find(seconds => length / seconds <= count) ??
    Math.ceil(length / count / 2_592_000) * 2_592_000;
  const found: number[] = [];
  for (let at = 0; at <= length * (1 + 1e-9); at += step) {
    found.push(at);
  }
  return found;
}

/** Marks that stand closer than `apart` percent are drawn as one. */
export function gathered<T extends { time: number }>(
  marks: readonly T[],
  scale: ISpan,
  apart: number
): { left: number; marks: T[] }[] {
  const found: { left: number; marks: T[] }[] = [];
  for (const mark of [...marks].sort((a, b) => a.time - b.time)) {
    const at = place({ from: mark.time, to: mark.time }, scale);
    if (!at) {
      continue;
    }
    const last = found[found.length - 1];
    if (last && at.left - last.left < apart) {
      last.marks.push(mark);
    } else {
      found.push({ left: at.left, marks: [mark] });
    }
  }
  return found;
}
