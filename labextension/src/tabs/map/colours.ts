import type { Health, ICell } from './cells';

/** What colours a cell. */
export type ColourBy = 'use' | 'health' | 'owner' | 'temperature';

/** Degrees at the ends of the temperature scale. */
export const COOL = 30;
export const HOT = 90;

/** So many owners have a colour of their own. */
export const OWNERS_SHOWN = 7;

/** A step of a legend, or of what cells are drawn in: an index into the palette. */
export const NOTHING = -1;

/**
 * Colours that people with any kind of colour vision can tell apart: scales of one hue that run
 * from the page's ground to its opposite, and the categories of Okabe and Ito.
 */
export interface IPalette {
  use: string[];
  temperature: string[];
  health: Record<Health, string>;
  owners: string[];
  other: string;
  nothing: string;
}

const OKABE_ITO = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#B3A200'];

export const LIGHT: IPalette = {
  use: ['#c9ddf0', '#94c1e2', '#5aa0d0', '#2a7ab9', '#0f559b', '#08306b'],
  temperature: ['#dcae42', '#e0922f', '#d97420', '#c0521a', '#973015', '#5f1210'],
  health: { ok: '#008f68', warn: '#d18f00', critical: '#c4460a', unknown: '#8a8a8a' },
  owners: OKABE_ITO,
  other: '#7d7d7d',
  nothing: '#8a8a8a'
};

export const DARK: IPalette = {
  use: ['#1c4468', '#22608f', '#2f80b8', '#56a5d8', '#93cbef', '#d7eefc'],
  temperature: ['#5a3d10', '#8a5714', '#bd751c', '#e89a35', '#f8c470', '#fdebc0'],
  health: { ok: '#2fc497', warn: '#f0b63f', critical: '#f5794a', unknown: '#9a9a9a' },
  owners: ['#4aa3df', '#f0b63f', '#2fc497', '#e39ac4', '#8fd0f5', '#f5794a', '#e6dc5a'],
  other: '#a5a5a5',
  nothing: '#9a9a9a'
};

/** The colour of a cell; that of nothing where what is asked for is not known. */
export function colourOf(
  cell: ICell,
  by: ColourBy,
  palette: IPalette,
  owners: ReadonlyMap<string, number>
): string {
  if (cell.occupancy === 'fault') {
    return palette.health.critical;
  }
  switch (by) {
    case 'use':
      // The pale end of the scale is for areas; as the line of a hollow cell it would be lost.
      return cell.use === null || cell.occupancy !== 'used'
        ? palette.nothing
        : step(palette.use, cell.use);
    case 'temperature':
      return cell.temperature === null
        ? palette.nothing
        : step(palette.temperature, (cell.temperature - COOL) / (HOT - COOL));
    case 'health':
      return palette.health[cell.health];
    case 'owner':
      return cell.owner === null
        ? palette.nothing
        : (palette.owners[owners.get(cell.owner) ?? NOTHING] ?? palette.other);
  }
}

/** Give a colour to each of those who hold most; the same name keeps its colour while it can. */
export function assignOwners(
  ranked: readonly string[],
  before: ReadonlyMap<string, number>
): Map<string, number> {
  const shown = ranked.slice(0, OWNERS_SHOWN);
  const assigned = new Map<string, number>();
  for (const owner of shown) {
    const place = before.get(owner);
    if (place !== undefined) {
      assigned.set(owner, place);
    }
  }
  const taken = new Set(assigned.values());
  const free = Array.from({ length: OWNERS_SHOWN }, (_, place) => place).filter(
    place => !taken.has(place)
  );
  for (const owner of shown) {
    if (!assigned.has(owner)) {
      assigned.set(owner, free.shift()!);
    }
  }
  return assigned;
}

function step(scale: readonly string[], share: number): string {
  const place = Math.floor(Math.min(0.9999, Math.max(0, share)) * scale.length);
  return scale[place]!;
}
