/** A value in few characters, for the legend, the table and what is read aloud. */
export function formatValue(value: number | null | undefined, locale?: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return '–';
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return value.toExponential(3).replace(/\.?0+e/, 'e');
  }
  if (Number.isInteger(value) || size >= 1e4) {
    return Math.round(value).toLocaleString(locale);
  }
  return value.toLocaleString(locale, { maximumSignificantDigits: 4 });
}

/** The labels of an axis: all with the digits that tell them apart. */
export function formatTicks(ticks: readonly (number | null)[], locale?: string): string[] {
  const values = ticks.filter(tick => tick !== null);
  const largest = Math.max(...values.map(Math.abs));
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : largest;
  const tiny = largest > 0 && (largest < 1e-3 || step < 1e-6);
  const compact = largest >= 1e6 && step >= 1e4;
  const digits = step > 0 ? Math.min(8, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))) : 0;
  const format = new Intl.NumberFormat(
    locale,
    compact
      ? { notation: 'compact', maximumFractionDigits: 3 }
      : { maximumFractionDigits: exactDigits(step, digits) }
  );
  return ticks.map(tick => {
    if (tick === null) {
      return '';
    }
    return tiny && tick !== 0 ? Number(tick.toPrecision(4)).toExponential() : format.format(tick);
  });
}

/** A step of 0.25 needs a digit more than its size says. */
function exactDigits(step: number, digits: number): number {
  const scaled = step * 10 ** digits;
  return Math.abs(scaled - Math.round(scaled)) > 1e-6 ? digits + 1 : digits;
}

/**
 * Where a log axis has its labels. uPlot marks whole powers of ten alone, which leaves an axis that
 * spans less than a decade, as a loss mostly does, without any label.
 */
export function logTicks(low: number, high: number, count: number): number[] {
  if (!(low > 0) || !(high > low) || !Number.isFinite(high)) {
    return low > 0 ? [low] : [];
  }
  const decades = Math.log10(high / low);
  if (decades < 0.7) {
    return linearTicks(low, high, count);
  }
  const first = Math.floor(Math.log10(low) - 1e-9);
  const last = Math.ceil(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const factors = decades * 3 <= count * 1.5 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    if (power % every === 0) {
      ticks.push(...factors.map(factor => Number(`${factor}e${power}`)));
    }
  }
  return ticks.filter(tick => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

/** Round values that cut a range into about `count` parts. */
export function linearTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) {
    return [low];
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(factor => factor * power).find(size => size >= rough)!;
  const ticks: number[] = [];
  for (let place = Math.ceil(low / step - 1e-9); place * step <= high + step * 1e-9; place++) {
    ticks.push(Number((place * step).toPrecision(12)));
  }
  return ticks;
}
