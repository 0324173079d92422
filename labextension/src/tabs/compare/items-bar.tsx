import * as React from 'react';

import { ProblemFace } from '../../face';
import { useAsked } from './asked';
import type { IBench } from './compare-tab';
import { FEWEST, formatItem, MOST, nameOf, type Item } from './items';

const MODELS = 4;
const VERSIONS = 8;
const JOBS = 12;

/** What is compared, and a search for more. */
export function ItemsBar(props: {
  bench: IBench;
  items: readonly Item[];
  set: (items: readonly Item[]) => void;
}): React.JSX.Element {
  const { bench, items, set } = props;
  const { trans } = bench.lab.words;
  const [wanted, setWanted] = React.useState(false);
  const adding = wanted || items.length < FEWEST;
  const first = (kind: Item['kind']) => items.find(one => one.kind === kind);
  return (
    <section className="jp-ogai-Items" aria-label={trans.__('What is compared')}>
      <ul>
        {items.map(item => {
          const text = nameOf(item, items, bench.names);
          const isBase = first(item.kind) === item;
          return (
            <li key={formatItem(item)} className={isBase ? 'jp-mod-base' : ''}>
              <span title={item.kind === 'job' ? item.id : undefined}>
                {item.kind === 'job' ? trans.__('job %1', text) : text}
              </span>
              {isBase ? (
                <span className="jp-ogai-Items-note">{trans.__('baseline')}</span>
              ) : (
                <button
                  className="jp-ogai-Button"
                  aria-label={trans.__('Make %1 the baseline', text)}
                  onClick={() => set([item, ...items.filter(one => one !== item)])}
                >
                  {trans.__('Make baseline')}
                </button>
              )}
              <button
                className="jp-ogai-Button"
                aria-label={trans.__('Leave out %1', text)}
                onClick={() => set(items.filter(one => one !== item))}
              >
                ×
              </button>
            </li>
          );
        })}
      </ul>
      {items.length < MOST && (
        <button
          className="jp-ogai-Button"
          aria-expanded={adding}
          onClick={() => setWanted(!adding)}
        >
          {trans.__('Add…')}
        </button>
      )}
      {adding && items.length < MOST && (
        <Picker bench={bench} items={items} add={item => set([...items, item])} />
      )}
    </section>
  );
}

/** Finds versions and jobs by a part of their name. */
function Picker(props: {
  bench: IBench;
  items: readonly Item[];
  add: (item: Item) => void;
}): React.JSX.Element {
  const { bench, items, add } = props;
  const { lab } = bench;
  const { words } = lab;
  const { trans } = words;
  const [text, setText] = React.useState('');
  const wanted = useSettled(text.trim());
  const asked = useAsked(bench, wanted, async signal => {
    const [models, page] = await Promise.all([
      lab.models.models(signal),
      lab.scheduler.jobs({ limit: JOBS, ...(wanted && { name: wanted }) }, signal)
    ]);
    const fitting = models
      .filter(model => model.name.toLowerCase().includes(wanted.toLowerCase()))
      .slice(0, MODELS);
    const versions = await Promise.all(
      fitting.map(model => lab.models.versions(model.name, undefined, signal))
    );
    return { versions: versions.flatMap(some => some.slice(0, VERSIONS)), jobs: page.items };
  });
  const have = new Set(items.map(formatItem));
  const found: [Item, string, string][] = [
    ...(asked.value?.versions ?? []).map((one): [Item, string, string] => [
      { kind: 'model', name: one.model, revision: one.revision },
      `${one.model}@${one.revision}`,
      [...one.aliases, words.ago(one.created)].join(' · ')
    ]),
    ...(asked.value?.jobs ?? []).map((one): [Item, string, string] => [
      { kind: 'job', id: one.id },
      one.name,
      [one.id, words.state(one.state), words.ago(one.created)].join(' · ')
    ])
  ];
  const left = found.filter(([item]) => !have.has(formatItem(item)));
  return (
    <div className="jp-ogai-Picker">
      <input
        type="search"
        value={text}
        placeholder={trans.__('Find models and jobs by name')}
        aria-label={trans.__('Find models and jobs by name')}
        onChange={event => setText(event.target.value)}
      />
      {asked.problem && <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />}
      {!asked.value && !asked.problem && <p>{trans.__('Loading…')}</p>}
      {asked.value && left.length === 0 && <p>{trans.__('Nothing is called so.')}</p>}
      <ul>
        {left.map(([item, name, note]) => (
          <li key={formatItem(item)}>
            <button className="jp-ogai-Picker-row" onClick={() => add(item)}>
              <span>{item.kind === 'job' ? trans.__('job') : trans.__('model')}</span>
              <b>{name}</b>
              <span>{note}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A text that has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = React.useState(text);
  React.useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
