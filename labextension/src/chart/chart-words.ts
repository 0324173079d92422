/** What a chart says besides its data; `%1`, `%2`, … stand for values. */
export interface IChartWords {
  empty: string;
  hint: string;
  reset: string;
  table: string;
  page: string;
  previous: string;
  next: string;
  unbounded: string;
  notPositive: string;
  summary: string;
}

/** The words where nobody translates. */
export const ENGLISH: IChartWords = {
  empty: 'No points yet.',
  hint: 'Left and right read the points, plus and minus zoom, Escape shows all.',
  reset: 'Show all',
  table: 'Show as a table',
  page: '%1 to %2 of %3',
  previous: 'Previous',
  next: 'Next',
  unbounded: 'Points not drawn: %1 (not finite).',
  notPositive: 'Points not drawn: %1 (not above zero, on a log scale).',
  summary: '%1: %2 points, from %3 to %4, last %5'
};

/** Put values in the places of a text. */
export function fill(text: string, ...values: (string | number)[]): string {
  return text.replace(/%(\d)/g, (whole, place: string) =>
    String(values[Number(place) - 1] ?? whole)
  );
}
