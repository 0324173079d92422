import * as React from 'react';

import type { IOgaiLab } from '../../tokens';
import { useJobs } from '../node/use-jobs';
import { arrange, type ILayout } from './layout';
import {
  countOccupancies,
  matches,
  ownersOf,
  type Grouping,
  type ICell,
  type IGroup
} from './cells';
import { assignOwners, colourOf, DARK, LIGHT, type ColourBy, type IPalette } from './colours';
import { Legend } from './legend';
import { MapCanvas, type IScene } from './map-canvas';
import { NodeWords } from './node-words';
import type { ILook } from './painter';
import { Tooltip } from './tooltip';

/** The name of a job is asked for when the pointer has been on it for so many milliseconds. */
const RESTED = 120;

interface IMapPictureProps {
  groups: readonly IGroup[];
  grouping: Grouping;
  by: ColourBy;
  filter: string;
  lab: IOgaiLab;
  /** Open the page of a node. */
  onOpen: (node: string) => void;
  onOpenJob: (job: string) => void;
  onFilter: (filter: string) => void;
  /** Receives the canvas, for the buttons above it; null when it is gone. */
  onCanvas: (canvas: MapCanvas | null) => void;
}

/** The map itself: the canvas, the tooltip, the legend, and the line that says where one is. */
export function MapPicture(props: IMapPictureProps): React.JSX.Element {
  const { groups, grouping, by, filter, lab, onOpen, onOpenJob, onFilter, onCanvas } = props;
  const { trans } = lab.words;
  const host = React.useRef<HTMLDivElement>(null);
  const [canvas, setCanvas] = React.useState<MapCanvas | null>(null);
  const [palette, setPalette] = React.useState(themePalette);
  const [aspect, setAspect] = React.useState(1.6);
  const [hovered, setHovered] = React.useState({ index: -1, x: 0, y: 0 });
  const [place, setPlace] = React.useState<IPlace>();
  const [spoken, setSpoken] = React.useState('');

  const shape = groups.map(({ key, nodes }) => `${key}:${nodes.map(sizeOf).join()}`).join(';');
  const layout = React.useMemo(() => arrange(groups, aspect), [shape, aspect]);
  const placed = React.useMemo(() => filled(layout, groups), [layout, groups]);
  const owners = React.useMemo(() => ownersOf(nodesOf(groups)), [groups]);
  const assigned = React.useRef<ReadonlyMap<string, number>>(new Map());
  const looks = React.useMemo(() => {
    assigned.current = assignOwners(
      owners.map(([owner]) => owner),
      assigned.current
    );
    return looksOf(placed, by, palette, assigned.current, filter);
  }, [placed, owners, by, palette, filter]);
  const current = placed.cells.findIndex(
    ({ cell: { node, gpu } }) => node.name === place?.node && gpu === place.gpu
  );
  const chosen = placed.cells[current]?.cell;
  const under = placed.cells[hovered.index]?.cell;
  const job = [under, chosen].map(cell => cell && ourJob(cell)).find(Boolean);
  const jobs = useJobs(lab, job ? [job] : [], RESTED);
  const words = React.useMemo(
    () => new NodeWords(lab.words, id => jobs.get(id)?.name ?? id),
    [lab, jobs]
  );

  const latest = React.useRef({ placed, words, onOpen });
  latest.current = { placed, words, onOpen };
  React.useLayoutEffect(() => {
    const cellAt = (index: number) => latest.current.placed.cells[index]!.cell;
    const made = new MapCanvas(host.current!, {
      current: (index, by) => {
        const cell = cellAt(index);
        setPlace(placeOf(cell));
        setSpoken(by === 'key' ? latest.current.words.readout(cell) : '');
      },
      hover: (index, x, y) => setHovered({ index, x, y }),
      open: index => latest.current.onOpen(cellAt(index).node.name),
      theme: () => setPalette(themePalette()),
      shape: setAspect
    });
    setCanvas(made);
    onCanvas(made);
    return () => {
      onCanvas(null);
      made.dispose();
    };
  }, [onCanvas]);

  React.useLayoutEffect(() => {
    const scene: IScene = {
      layout: placed,
      looks,
      titles: groups.map(group => words.group(group, grouping)),
      textOf: index => textOf(placed, index, by, words)
    };
    canvas?.show(scene);
  }, [canvas, placed, looks, groups, grouping, by, words]);
  React.useEffect(() => {
    if (canvas) {
      canvas.current = current;
    }
  }, [canvas, current]);

  const gpus = placed.cells.filter(({ cell }) => cell.gpu >= 0).length;
  return (
    <>
      <div className="jp-ogai-Map-stage">
        <div
          className="jp-ogai-Map-canvas"
          ref={host}
          role="application"
          tabIndex={0}
          aria-roledescription={trans.__('map')}
          aria-label={trans.__(
            'Map of the cluster: %1 and %2',
            trans._n('%1 node', '%1 nodes', placed.nodes.length),
            trans._n('%1 GPU', '%1 GPUs', gpus)
          )}
          aria-describedby="jp-ogai-Map-hint"
          onFocus={event => {
            if (event.currentTarget.matches(':focus-visible')) {
              const first = placed.cells[Math.max(0, current)]?.cell;
              setPlace(first && placeOf(first));
              setSpoken(first ? words.readout(first) : '');
            }
          }}
        />
        {under && <Tooltip cell={under} x={hovered.x} y={hovered.y} words={words} />}
        <p id="jp-ogai-Map-hint" className="jp-sr-only">
          {trans.__(
            'Arrow keys move between GPUs, Home and End within a node, Page keys between groups; Enter opens the node; plus and minus zoom, 0 shows all. The table has the same.'
          )}
        </p>
        <p className="jp-sr-only" role="status">
          {spoken}
        </p>
      </div>
      {chosen && (
        <div className="jp-ogai-Map-chosen">
          <span>{words.readout(chosen)}</span>
          <button className="jp-ogai-Button" onClick={() => onOpen(chosen.node.name)}>
            {trans.__('Open Node')}
          </button>
          {ourJob(chosen) && (
            <button className="jp-ogai-Button" onClick={() => onOpenJob(chosen.job!)}>
              {trans.__('Open Job')}
            </button>
          )}
        </div>
      )}
      <Legend
        by={by}
        counts={React.useMemo(() => countOccupancies(groups), [groups])}
        warned={looks.some(({ warned }) => warned)}
        palette={palette}
        owners={owners}
        colours={assigned.current}
        words={words}
        onOwner={onFilter}
      />
    </>
  );
}

/** The job that a cell works for, unless it is a pod of somebody else's. */
function ourJob({ job, node }: ICell): string | undefined {
  return job && node.jobs.includes(job) ? job : undefined;
}

interface IPlace {
  node: string;
  gpu: number;
}

function placeOf({ node, gpu }: ICell): IPlace {
  return { node: node.name, gpu };
}

/** The same places with what the nodes do now. */
function filled(layout: ILayout, groups: readonly IGroup[]): ILayout {
  const members = groups.flatMap(({ nodes }) => nodes);
  const cells = members.flatMap(member => member.cells);
  return {
    ...layout,
    groups: layout.groups.map((placed, index) => ({ ...placed, group: groups[index]! })),
    nodes: layout.nodes.map((placed, index) => ({ ...placed, member: members[index]! })),
    cells: layout.cells.map((placed, index) => ({ ...placed, cell: cells[index]! }))
  };
}

function looksOf(
  { nodes }: ILayout,
  by: ColourBy,
  palette: IPalette,
  owners: ReadonlyMap<string, number>,
  filter: string
): ILook[] {
  return nodes.flatMap(({ member: { node, cells } }) => {
    const faint = !matches(node, filter);
    return cells.map(cell => ({
      occupancy: cell.occupancy,
      colour: colourOf(cell, by, palette, owners),
      warned: cell.health === 'warn',
      faint
    }));
  });
}

function textOf({ cells }: ILayout, index: number, by: ColourBy, words: NodeWords): string {
  const { use, temperature, owner, health, occupancy } = cells[index]!.cell;
  switch (by) {
    case 'use':
      return use === null || (occupancy === 'idle' && use < 0.01) ? '' : words.percent(use);
    case 'temperature':
      return temperature === null ? '' : `${Math.round(temperature)}°`;
    case 'owner':
      return owner?.slice(0, 4) ?? '';
    case 'health':
      return health === 'ok' ? '✓' : '';
  }
}

function nodesOf(groups: readonly IGroup[]) {
  return groups.flatMap(group => group.nodes.map(({ node }) => node));
}

function sizeOf({ node, cells }: IGroup['nodes'][number]): string {
  return `${node.name}*${cells.length}`;
}

function themePalette(): IPalette {
  return document.body.dataset.jpThemeLight === 'false' ? DARK : LIGHT;
}
