/** Charts that a job begins with. */
const FIRST = 4;
/** What people look at first, best first. */
const TELLING = [
  /loss/i,
  /perplexity|ppl/i,
  /acc|score|reward|f1|bleu|rouge/i,
  /^lr$|learning.?rate/i,
  /grad.?norm/i,
  /_per_s|speed|throughput/i,
  /mfu/i
];

/** The names of the metrics in the order in which people look at them. */
export function inOrder(names: readonly string[]): string[] {
  const rank = (name: string) => {
    const place = TELLING.findIndex(pattern => pattern.test(name));
    return place < 0 ? TELLING.length : place;
  };
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** The metrics that are shown before anything was chosen, of names in order. */
export function firstChoice(names: readonly string[]): string[] {
  return names.slice(0, FIRST);
}

/** What is shown: the choice as far as there are such metrics, else the first choice. */
export function shownMetrics(
  names: readonly string[],
  choice: readonly string[] | undefined
): string[] {
  return choice ? names.filter(name => choice.includes(name)) : firstChoice(names);
}

/** The choice after one metric was switched on or off. */
export function toggled(shown: readonly string[], name: string): string[] {
  return shown.includes(name) ? shown.filter(other => other !== name) : [...shown, name];
}

/** The names that hold all the words of a filter, in any order. */
export function matching(names: readonly string[], filter: string): string[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return names.filter(name => words.every(word => name.toLowerCase().includes(word)));
}
