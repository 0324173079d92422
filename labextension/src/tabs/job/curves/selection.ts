/** Charts that a job begins with. */
const FIRST = 4;
/** What people look at first, best first. */
const TELLING = [
  /loss/i,
  /perplexity|ppl/i,
  /acc|score|reward|f1|bleu|rouge/i,
  /mfu|tokens|speed/i
];

/** The metrics that are shown before anything was chosen. */
export function firstChoice(names: readonly string[]): string[] {
  if (names.length <= FIRST) {
    return [...names];
  }
  const rank = (name: string) => {
    const place = TELLING.findIndex(pattern => pattern.test(name));
    return place < 0 ? TELLING.length : place;
  };
  const best = names.map((name, place) => ({ name, place, rank: rank(name) }));
  best.sort((a, b) => a.rank - b.rank || a.place - b.place);
  const chosen = new Set(best.slice(0, FIRST).map(({ name }) => name));
  return names.filter(name => chosen.has(name));
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
