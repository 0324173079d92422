import * as React from 'react';

import { OCCUPANCIES, type Health, type Occupancy } from './cells';
import { COOL, HOT, NOTHING, type ColourBy, type IPalette } from './colours';
import type { NodeWords } from './node-words';
import { Swatch } from './swatch';

const HEALTHS: Health[] = ['ok', 'warn', 'critical', 'unknown'];

/** What the shapes and the colours of the map mean, and how many cells there are of each. */
export function Legend(props: {
  by: ColourBy;
  counts: Record<Occupancy, number>;
  warned: boolean;
  palette: IPalette;
  owners: readonly [owner: string, gpus: number][];
  colours: ReadonlyMap<string, number>;
  words: NodeWords;
  /** Show what belongs to an owner. */
  onOwner: (owner: string) => void;
}): React.JSX.Element {
  const { counts, warned, words } = props;
  const { trans } = words.words;
  return (
    <div className="jp-ogai-Legend" role="group" aria-label={trans.__('Legend')}>
      <ul aria-label={trans.__('Shapes')}>
        {OCCUPANCIES.map(occupancy => (
          <li key={occupancy} data-empty={counts[occupancy] === 0}>
            <Swatch occupancy={occupancy} />
            {words.occupancy(occupancy)} <b>{words.words.number(counts[occupancy])}</b>
          </li>
        ))}
        {warned && (
          <li>
            <span className="jp-ogai-Swatch-corner" aria-hidden="true" />
            {trans.__('Warning')}
          </li>
        )}
      </ul>
      <Colours {...props} />
    </div>
  );
}

function Colours(props: React.ComponentProps<typeof Legend>): React.JSX.Element {
  const { by, palette, owners, colours, words, onOwner } = props;
  const { trans } = words.words;
  switch (by) {
    case 'use':
      return <Scale low="0%" high="100%" colours={palette.use} label={trans.__('Use')} />;
    case 'temperature':
      return (
        <Scale
          low={words.degrees(COOL)}
          high={words.degrees(HOT)}
          colours={palette.temperature}
          label={trans.__('Temperature')}
        />
      );
    case 'health':
      return (
        <ul aria-label={trans.__('Colours')}>
          {HEALTHS.map(health => (
            <li key={health}>
              <Swatch occupancy="used" colour={palette.health[health]} />
              {words.health(health)}
            </li>
          ))}
        </ul>
      );
    case 'owner':
      return owners.length === 0 ? (
        <span>{trans.__('No job holds a GPU.')}</span>
      ) : (
        <ul aria-label={trans.__('Owners')}>
          {owners.slice(0, palette.owners.length).map(([owner, gpus]) => (
            <li key={owner}>
              <button
                className="jp-ogai-Legend-owner"
                title={trans.__('Show what belongs to %1', owner)}
                onClick={() => onOwner(owner)}
              >
                <Swatch
                  occupancy="used"
                  colour={palette.owners[colours.get(owner) ?? NOTHING] ?? palette.other}
                />
                <span>{owner}</span> <b>{words.words.number(gpus)}</b>
              </button>
            </li>
          ))}
          {owners.length > palette.owners.length && (
            <li>
              <Swatch occupancy="used" colour={palette.other} />
              {trans._n('%1 other', '%1 others', owners.length - palette.owners.length)}
            </li>
          )}
        </ul>
      );
  }
}

function Scale(props: {
  low: string;
  high: string;
  label: string;
  colours: readonly string[];
}): React.JSX.Element {
  const { low, high, label, colours } = props;
  return (
    <div className="jp-ogai-Scale">
      <span>{label}</span>
      <span>{low}</span>
      <span className="jp-ogai-Scale-steps" aria-hidden="true">
        {colours.map(colour => (
          <span key={colour} style={{ background: colour }} />
        ))}
      </span>
      <span>{high}</span>
    </div>
  );
}
