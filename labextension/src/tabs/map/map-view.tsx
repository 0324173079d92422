import * as React from 'react';

import { Face, ProblemFace, StaleBar } from '../../face';
import type { INodesPicture } from '../../store/fleet';
import type { IResource } from '../../store/resource';
import type { IOgaiLab } from '../../tokens';
import { useResource } from '../../use-resource';
import { groupNodes, matches, type Grouping } from './cells';
import { ClusterProblem, ClusterStale } from './cluster-faces';
import type { ColourBy } from './colours';
import type { MapCanvas } from './map-canvas';
import { MapPicture } from './map-picture';
import { NodeTable } from './node-table';
import { NodeWords } from './node-words';
import { mapIcon } from './icons';

/** How the map is shown; kept with its tab. */
export interface IMapSettings {
  view: 'map' | 'table';
  by: ColourBy;
  group: Grouping;
}

/** The cluster as a map or as a table, with its faces. */
export function MapView(props: {
  lab: IOgaiLab;
  /** Whose nodes; the server's machine where it is empty. */
  cluster: string;
  nodes: IResource<INodesPicture>;
  settings: IMapSettings;
  onSettings: (settings: IMapSettings) => void;
  onCluster: (cluster: string) => void;
  onOpenNode: (name: string) => void;
  onOpenJob: (id: string) => void;
}): React.JSX.Element {
  const { lab, cluster, onSettings, onCluster, onOpenNode, onOpenJob } = props;
  const { trans } = lab.words;
  const resource = useResource(props.nodes);
  const fleet = useResource(lab.fleet).value ?? [];
  const [settings, setSettings] = React.useState(props.settings);
  const grouping = groupingFor(settings.group, cluster);
  const [filter, setFilter] = React.useState('');
  const [canvas, setCanvas] = React.useState<MapCanvas | null>(null);
  const words = React.useMemo(
    () => new NodeWords(lab.words, id => lab.jobs.find(id)?.name ?? id),
    [lab]
  );
  const nodes = resource.value?.nodes;
  const groups = React.useMemo(() => nodes && groupNodes(nodes, grouping), [nodes, grouping]);
  const shown = React.useMemo(() => nodes?.filter(node => matches(node, filter)), [nodes, filter]);
  const set = (patch: Partial<IMapSettings>) => {
    const next = { ...settings, ...patch };
    setSettings(next);
    onSettings(next);
  };

  const choice = fleet.length > 0 || cluster !== '';
  const picker = choice && (
    <ClusterPicker
      lab={lab}
      cluster={cluster}
      names={fleet.map(({ name }) => name)}
      choose={onCluster}
    />
  );
  if (!nodes || !groups || !shown) {
    const Problem = cluster ? ClusterProblem : ProblemFace;
    return (
      <>
        {choice && <div className="jp-ogai-MapBar">{picker}</div>}
        {resource.problem ? (
          <Problem problem={resource.problem} words={lab.words} retry={() => resource.retry()} />
        ) : (
          <Loading label={trans.__('Loading the cluster…')} />
        )}
      </>
    );
  }
  if (nodes.length === 0) {
    return (
      <>
        {choice && <div className="jp-ogai-MapBar">{picker}</div>}
        <Face
          icon={mapIcon}
          title={trans.__('No nodes yet')}
          text={
            cluster
              ? trans.__('%1 answers, and has no node. Whoever runs it can add some.', cluster)
              : trans.__('The scheduler knows no machine that could run a job.')
          }
          action={{ label: trans.__('Look Again'), run: () => resource.retry() }}
        />
      </>
    );
  }
  const glance = fleet.find(({ name }) => name === cluster);
  return (
    <>
      <div className="jp-ogai-MapBar">
        {picker}
        <div className="jp-ogai-Switch" role="group" aria-label={trans.__('View')}>
          {(['map', 'table'] as const).map(view => (
            <button
              key={view}
              className="jp-ogai-Button"
              aria-pressed={settings.view === view}
              onClick={() => set({ view })}
            >
              {view === 'map' ? trans.__('Map') : trans.__('Table')}
            </button>
          ))}
        </div>
        {settings.view === 'map' && (
          <MapChoices
            lab={lab}
            settings={{ ...settings, group: grouping }}
            ofCluster={cluster !== ''}
            set={set}
            canvas={canvas}
          />
        )}
        <div className="jp-ogai-MapBar-filter" role="search">
          <input
            type="search"
            value={filter}
            placeholder={trans.__('Filter by name, rack, owner, state…')}
            aria-label={trans.__('Filter nodes')}
            onChange={event => setFilter(event.target.value)}
          />
          <span aria-live="polite">
            {filter.trim()
              ? trans.__('%1 of %2', shown.length, nodes.length)
              : trans._n('%1 node', '%1 nodes', nodes.length)}
          </span>
        </div>
      </div>
      {resource.connection === 'lost' && (
        <StaleBar heard={resource.heard} words={lab.words} retry={() => resource.retry()} />
      )}
      {glance && <ClusterStale glance={glance} words={lab.words} retry={() => lab.fleet.retry()} />}
      {shown.length === 0 && (
        <Face
          title={trans.__('No node matches “%1”', filter)}
          action={{ label: trans.__('Show All Nodes'), run: () => setFilter('') }}
        />
      )}
      {settings.view === 'table'
        ? shown.length > 0 && <NodeTable nodes={shown} words={words} onOpen={onOpenNode} />
        : shown.length > 0 && (
            <MapPicture
              groups={groups}
              grouping={grouping}
              by={settings.by}
              filter={filter}
              lab={lab}
              onOpen={onOpenNode}
              onOpenJob={onOpenJob}
              onFilter={setFilter}
              onCanvas={setCanvas}
            />
          )}
    </>
  );
}

/** Nodes of a cluster belong to flavors of its quotas, those here to queues. */
function groupingFor(group: Grouping, cluster: string): Grouping {
  if (group === 'queue' || group === 'flavor') {
    return cluster ? 'flavor' : 'queue';
  }
  return group;
}

/** Which nodes are shown, where there is a choice. */
function ClusterPicker(props: {
  lab: IOgaiLab;
  cluster: string;
  names: readonly string[];
  choose: (cluster: string) => void;
}): React.JSX.Element {
  const { lab, cluster, names, choose } = props;
  const { trans } = lab.words;
  const all = [...new Set(['', ...names, cluster])];
  return (
    <Choice
      label={trans.__('Cluster')}
      value={cluster}
      options={all.map(name => [name, name || trans.__('This machine')])}
      onChange={choose}
    />
  );
}

function MapChoices(props: {
  lab: IOgaiLab;
  settings: IMapSettings;
  ofCluster: boolean;
  set: (patch: Partial<IMapSettings>) => void;
  canvas: MapCanvas | null;
}): React.JSX.Element {
  const { lab, settings, ofCluster, set, canvas } = props;
  const { trans } = lab.words;
  return (
    <>
      <Choice
        label={trans.__('Colour')}
        value={settings.by}
        options={[
          ['use', trans.__('Use')],
          ['health', trans.__('Health')],
          ['owner', trans.__('Owner')],
          ['temperature', trans.__('Temperature')]
        ]}
        onChange={by => set({ by })}
      />
      <Choice
        label={trans.__('Group')}
        value={settings.group}
        options={[
          ['rack', trans.__('Rack')],
          ofCluster ? ['flavor', trans.__('Flavor')] : ['queue', trans.__('Queue')],
          ['state', trans.__('State')]
        ]}
        onChange={group => set({ group })}
      />
      <div className="jp-ogai-Switch" role="group" aria-label={trans.__('Zoom')}>
        <button
          className="jp-ogai-Button"
          aria-label={trans.__('Smaller')}
          title={trans.__('Smaller (−)')}
          onClick={() => canvas?.zoom(-1)}
        >
          −
        </button>
        <button className="jp-ogai-Button" onClick={() => canvas?.fit()}>
          {trans.__('Show All')}
        </button>
        <button
          className="jp-ogai-Button"
          aria-label={trans.__('Larger')}
          title={trans.__('Larger (+)')}
          onClick={() => canvas?.zoom(1)}
        >
          +
        </button>
      </div>
    </>
  );
}

function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: [value: T, label: string][];
  onChange: (value: T) => void;
}): React.JSX.Element {
  const { label, value, options, onChange } = props;
  return (
    <label className="jp-ogai-Choice">
      {label}
      <select value={value} onChange={event => onChange(event.target.value as T)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Loading(props: { label: string }): React.JSX.Element {
  return (
    <div className="jp-ogai-Map-loading" role="status" aria-label={props.label}>
      {Array.from({ length: 24 }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
