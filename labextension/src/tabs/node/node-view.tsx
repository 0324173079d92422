import * as React from 'react';

import type { Node } from '../../api/types';
import { Problem } from '../../api/problem';
import { ProblemFace, StaleBar } from '../../face';
import type { IResource } from '../../store/resource';
import type { IOgaiLab } from '../../tokens';
import { useResource } from '../../use-resource';
import { HealthMark, StateMark } from '../map/marks';
import { NodeWords } from '../map/node-words';
import { GpuSection } from './gpu-section';
import { HealthSection } from './health-section';
import { HistorySection } from './history-section';
import { JobsSection, SHOWN } from './jobs-section';
import { MachineSections } from './machine-section';
import type { INodePicture } from './node-resource';
import { Loading } from './section';
import { useJobs } from './use-jobs';

/** A node's page: what it has, does and did, how it is, and for whom it works. */
export function NodeView(props: {
  lab: IOgaiLab;
  name: string;
  resource: IResource<INodePicture>;
  onOpenMap: () => void;
  onOpenJob: (id: string) => void;
}): React.JSX.Element {
  const { lab, name, onOpenMap, onOpenJob } = props;
  const { trans } = lab.words;
  const resource = useResource(props.resource);
  const cluster = useResource(lab.nodes);
  const [checks, check, checking] = useChecks(lab, name, resource);
  const picture = resource.value;
  const node = cluster.value?.nodes.find(other => other.name === name);
  const jobs = useJobs(lab, node?.jobs.slice(0, SHOWN) ?? []);
  const words = React.useMemo(
    () => new NodeWords(lab.words, id => jobs.get(id)?.name ?? id),
    [lab, jobs]
  );
  const retry = () => {
    resource.retry();
    cluster.retry();
  };
  if (!picture || !node) {
    const gone = cluster.value && !node ? unknown(name, lab) : undefined;
    const problem = resource.problem ?? cluster.problem ?? gone;
    return problem ? (
      <ProblemFace problem={problem} words={lab.words} retry={retry} />
    ) : (
      <Loading label={trans.__('Loading the node…')} />
    );
  }
  const shown = checks ? { ...picture, ...checks } : picture;
  return (
    <>
      {resource.connection === 'lost' && (
        <StaleBar heard={resource.heard} words={lab.words} retry={retry} />
      )}
      <header className="jp-ogai-NodeHead">
        <h2>{name}</h2>
        <StateMark state={node.state} words={words} />
        <HealthMark health={shown.checks[0]?.outcome ?? node.health} words={words} />
        <span>{about(node, words)}</span>
        <button className="jp-ogai-Button" onClick={onOpenMap}>
          {trans.__('Show the Map')}
        </button>
      </header>
      <div className="jp-ogai-NodeBody">
        <GpuSection node={node} picture={picture} words={words} onOpenJob={onOpenJob} />
        <JobsSection node={node} jobs={jobs} lab={lab} onOpenJob={onOpenJob} />
        <HistorySection picture={picture} words={words} />
        <HealthSection picture={shown} words={words} checking={checking} onCheck={check} />
        <MachineSections picture={picture} words={words} />
      </div>
    </>
  );
}

/** Checks that were asked for on the page, until the node is loaded again. */
function useChecks(
  lab: IOgaiLab,
  name: string,
  resource: IResource<INodePicture>
): [Pick<INodePicture, 'checks' | 'checked'> | undefined, () => void, boolean] {
  const [found, setFound] = React.useState<Pick<INodePicture, 'checks' | 'checked'>>();
  const [checking, setChecking] = React.useState(false);
  const check = () => {
    setChecking(true);
    lab.cluster.checks(name).then(
      checks => {
        setFound({ checks, checked: Date.now() / 1000 });
        setChecking(false);
      },
      () => {
        setChecking(false);
        resource.retry(); // says what is wrong with the connection
      }
    );
  };
  return [found, check, checking];
}

function about(node: Node, words: NodeWords): string {
  const { trans } = words.words;
  const gpus = node.gpus.length;
  return [
    node.rack,
    gpus > 0 && trans.__('%1 of %2 GPUs free', node.gpus_free, gpus),
    trans.__(
      '%1 of %2 cores free',
      words.words.number(Math.floor(node.cpus_free)),
      words.words.number(node.cpus)
    ),
    ...Object.entries(node.labels).map(([key, value]) => `${key}=${value}`)
  ]
    .filter(Boolean)
    .join(' · ');
}

function unknown(name: string, { words: { trans } }: IOgaiLab): Problem {
  return new Problem({
    code: 'not_found',
    detail: trans.__('There is no node “%1”', name),
    action: trans.__('It may have left the cluster; the map shows those that are there.')
  });
}
