import * as React from 'react';

import type { ItemPair, Order, Side } from '../../api/comparisons';
import { ProblemFace } from '../../face';
import { plain } from '../../ansi';
import { useAsked } from './asked';
import type { IBench } from './compare-tab';
import type { ISubject } from './models-view';
import { signed } from './verdict';

const PAGE = 25;

/** The documents one by one: on which the other version is better, on which worse, with their text. */
export function FlipsView(props: {
  bench: IBench;
  base: ISubject;
  other: ISubject;
  data: string;
}): React.JSX.Element {
  const { bench, base, other, data } = props;
  const { words } = bench.lab;
  const { trans } = words;
  const [side, setSide] = React.useState<Side | ''>('');
  const [order, setOrder] = React.useState<Order>('largest');
  const [offset, setOffset] = React.useState(0);
  const [open, setOpen] = React.useState('');
  const key = JSON.stringify([base.ref, other.ref, data, side, order, offset]);
  const asked = useAsked(bench, key, signal =>
    bench.api.items(
      base.ref,
      other.ref,
      data,
      { ...(side && { side }), order, offset, limit: PAGE },
      signal
    )
  );
  const page = asked.value;
  const last = React.useRef(page);
  last.current = page ?? last.current;
  const shown = page ?? last.current;
  const sides: [Side | '', string][] = [
    ['', trans.__('all documents')],
    ['better', trans.__('%1 is better', other.name)],
    ['worse', trans.__('%1 is worse', other.name)],
    ['same', trans.__('both the same')]
  ];
  const heading = (label: string, first: Order, second?: Order) => {
    const sorted = order === first || order === second;
    const falling = order === first && first !== 'document' && first !== 'better';
    return (
      <th scope="col" aria-sort={!sorted ? 'none' : falling ? 'descending' : 'ascending'}>
        <button
          className="jp-ogai-Sort"
          onClick={() => {
            setOrder(order === first && second ? second : first);
            setOffset(0);
          }}
        >
          {label} <span aria-hidden="true">{!sorted ? '' : falling ? '▾' : '▴'}</span>
        </button>
      </th>
    );
  };
  return (
    <section className="jp-ogai-Flips" aria-label={trans.__('Document by document')}>
      <h3>{trans.__('Document by document')}</h3>
      <div className="jp-ogai-Bar">
        <label>
          {trans.__('Show')}
          <select
            value={side}
            onChange={event => {
              setSide(event.target.value as Side | '');
              setOffset(0);
            }}
          >
            {sides.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
                {shown &&
                  ` (${words.number(value === '' ? shown.better + shown.worse + shown.same : shown[value])})`}
              </option>
            ))}
          </select>
        </label>
        <button
          className="jp-ogai-Button"
          aria-pressed={order === 'largest'}
          onClick={() => {
            setOrder('largest');
            setOffset(0);
          }}
        >
          {trans.__('Largest differences first')}
        </button>
      </div>
      {asked.problem && <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />}
      {shown && (
        <>
          <div className="jp-ogai-Compare-scroll" aria-busy={!page}>
            <table className="jp-ogai-Table jp-ogai-Flips-table">
              <thead>
                <tr>
                  {heading(trans.__('Document'), 'document')}
                  {heading(base.name, 'base')}
                  {heading(other.name, 'other')}
                  {heading(trans.__('Difference'), 'worse', 'better')}
                  <th scope="col">{trans.__('Text')}</th>
                </tr>
              </thead>
              <tbody>
                {shown.items.map(item => (
                  <Row
                    key={item.id}
                    bench={bench}
                    item={item}
                    data={data}
                    open={open === item.id}
                    toggle={() => setOpen(open === item.id ? '' : item.id)}
                  />
                ))}
              </tbody>
            </table>
          </div>
          {shown.total === 0 && <p>{trans.__('There are no such documents.')}</p>}
          {shown.total > PAGE && (
            <div className="jp-ogai-Bar" role="group" aria-label={trans.__('Pages')}>
              <button
                className="jp-ogai-Button"
                disabled={offset === 0}
                onClick={() => setOffset(Math.max(0, offset - PAGE))}
              >
                {trans.__('Previous')}
              </button>
              <span role="status">
                {trans.__(
                  '%1 to %2 of %3',
                  words.number(offset + 1),
                  words.number(offset + shown.items.length),
                  words.number(shown.total)
                )}
              </span>
              <button
                className="jp-ogai-Button"
                disabled={offset + PAGE >= shown.total}
                onClick={() => setOffset(offset + PAGE)}
              >
                {trans.__('Next')}
              </button>
            </div>
          )}
        </>
      )}
      {!shown && !asked.problem && <p>{trans.__('Loading…')}</p>}
    </section>
  );
}

function Row(props: {
  bench: IBench;
  item: ItemPair;
  data: string;
  open: boolean;
  toggle: () => void;
}): React.JSX.Element {
  const { bench, item, data, open, toggle } = props;
  const { words } = bench.lab;
  const { trans } = words;
  const side = item.difference < 0 ? 'better' : item.difference > 0 ? 'worse' : 'same';
  const said = {
    better: `▼ ${trans.__('better')}`,
    worse: `▲ ${trans.__('worse')}`,
    same: `= ${trans.__('the same')}`
  };
  return (
    <tr data-side={side}>
      <th scope="row">{plain(item.id)}</th>
      <td>{words.number(item.base)}</td>
      <td>{words.number(item.other)}</td>
      <td className="jp-ogai-Flips-difference">
        {signed(item.difference, words)} <span>{said[side]}</span>
      </td>
      <td className="jp-ogai-Flips-text">
        {open && !item.whole ? (
          <Whole bench={bench} data={data} id={item.id} />
        ) : (
          <span className={open ? 'jp-mod-open' : ''}>
            {item.excerpt}
            {!item.whole && ' …'}
          </span>
        )}
        {(!item.whole || item.excerpt.length > 120) && (
          <button
            className="jp-ogai-Button"
            aria-expanded={open}
            aria-label={trans.__('Whole text of %1', item.id)}
            onClick={toggle}
          >
            {open ? trans.__('Less') : trans.__('More')}
          </button>
        )}
      </td>
    </tr>
  );
}

function Whole(props: { bench: IBench; data: string; id: string }): React.JSX.Element {
  const { bench, data, id } = props;
  const { words } = bench.lab;
  const asked = useAsked(bench, JSON.stringify([data, id]), signal =>
    bench.api.document(data, id, signal)
  );
  if (asked.value) {
    return (
      <pre tabIndex={0} aria-label={words.trans.__('Whole text of %1', id)}>
        {asked.value.text}
      </pre>
    );
  }
  return asked.problem ? (
    <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />
  ) : (
    <span>{words.trans.__('Loading…')}</span>
  );
}
