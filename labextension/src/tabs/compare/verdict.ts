import type { Comparison } from '../../api/comparisons';
import type { Words } from '../../words';

/** A comparison in one or two sentences. */
export function inWords(found: Comparison, base: string, other: string, words: Words): string {
  const { trans } = words;
  const { interval, sign, shared, difference } = found;
  const size = words.number(Math.abs(difference));
  const [low, high] = [signed(interval.low, words), signed(interval.high, words)];
  const counts = trans.__(
    'Better on %1, worse on %2, the same on %3 of %4 documents; sign test p %5.',
    words.number(sign.better),
    words.number(sign.worse),
    words.number(sign.ties),
    words.number(shared),
    pValue(sign.p, words)
  );
  switch (found.verdict) {
    case 'better':
      return `${trans.__('%2 is better than %1: %3 bits per byte lower (95 % interval %4 to %5).', base, other, size, low, high)} ${counts}`;
    case 'worse':
      return `${trans.__('%2 is worse than %1: %3 bits per byte higher (95 % interval %4 to %5).', base, other, size, low, high)} ${counts}`;
    default:
      return `${trans.__(
        'No difference shown between %1 and %2: the 95 % interval of the difference, %3 to %4, includes zero. A difference below %5 would most likely not have been seen with these documents.',
        base,
        other,
        low,
        high,
        words.number(found.detectable)
      )} ${counts}`;
  }
}

/** The verdict in a word or two. */
export function verdictWord(verdict: Comparison['verdict'], words: Words): string {
  const { trans } = words;
  switch (verdict) {
    case 'better':
      return trans.__('better');
    case 'worse':
      return trans.__('worse');
    default:
      return trans.__('no difference shown');
  }
}

/** A difference with its sign. */
export function signed(value: number, words: Words): string {
  return value > 0 ? `+${words.number(value)}` : words.number(value).replace('-', '−');
}

function pValue(p: number, words: Words): string {
  return p < 0.001 ? '< 0.001' : `= ${words.number(p)}`;
}
