import * as React from 'react';

import type { Job, Node } from '../../api/types';
import { stateIcons } from '../../icons';
import type { IOgaiLab } from '../../tokens';
import { Section } from './section';

/** So many jobs are told one by one. */
export const SHOWN = 20;

/** The jobs that hold a part of a node. */
export function JobsSection(props: {
  node: Node;
  jobs: ReadonlyMap<string, Job>;
  lab: IOgaiLab;
  onOpenJob: (id: string) => void;
}): React.JSX.Element {
  const { node, jobs, lab, onOpenJob } = props;
  const { trans } = lab.words;
  return (
    <Section title={trans.__('Jobs here')}>
      {node.jobs.length === 0 ? (
        <p>{trans.__('No job holds a part of this node.')}</p>
      ) : (
        <ul className="jp-ogai-NodeJobs">
          {node.jobs.slice(0, SHOWN).map(id => (
            <li key={id}>
              <JobLine id={id} job={jobs.get(id)} node={node} lab={lab} onOpenJob={onOpenJob} />
            </li>
          ))}
        </ul>
      )}
      {node.jobs.length > SHOWN && (
        <p>{trans._n('and %1 more', 'and %1 more', node.jobs.length - SHOWN)}</p>
      )}
    </Section>
  );
}

function JobLine(props: {
  id: string;
  job: Job | undefined;
  node: Node;
  lab: IOgaiLab;
  onOpenJob: (id: string) => void;
}): React.JSX.Element {
  const { id, job, node, lab, onOpenJob } = props;
  const { words } = lab;
  const gpus = node.gpus.filter(gpu => gpu.job === id).length;
  const Icon = job && stateIcons[job.state];
  return (
    <>
      {Icon && (
        <span data-state={job.state}>
          <Icon.react tag="span" className="jp-ogai-State" aria-hidden="true" />
        </span>
      )}
      <button className="jp-ogai-Link" onClick={() => onOpenJob(id)}>
        {job?.name ?? id}
      </button>
      <span>
        {[
          job && words.state(job.state),
          job?.owner,
          gpus > 0 && words.trans._n('%1 GPU', '%1 GPUs', gpus),
          job && words.detail(job)
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  );
}
