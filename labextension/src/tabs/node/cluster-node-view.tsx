import * as React from 'react';

import type { NodePage } from '../../api/types';
import type { IResource } from '../../store/resource';
import { StaleBar } from '../../face';
import type { IOgaiLab } from '../../tokens';
import { useResource } from '../../use-resource';
import { ClusterProblem } from '../map/cluster-faces';
import { Gauge } from '../map/gauge';
import { HealthMark, StateMark } from '../map/marks';
import { NodeWords } from '../map/node-words';
import { amountText } from './amounts';
import { GpuSection } from './gpu-section';
import { Facts, Grid, Loading, Section } from './section';
import { useJobs } from './use-jobs';

/** The page of a cluster's node: what it has, who asked for it, and what its kubelet tells. */
export function ClusterNodeView(props: {
  lab: IOgaiLab;
  resource: IResource<NodePage>;
  onOpenMap: () => void;
  onOpenJob: (id: string) => void;
}): React.JSX.Element {
  const { lab, onOpenMap, onOpenJob } = props;
  const { trans } = lab.words;
  const resource = useResource(props.resource);
  const page = resource.value;
  const jobs = useJobs(lab, page?.node.jobs ?? []);
  const words = React.useMemo(
    () => new NodeWords(lab.words, id => jobs.get(id)?.name ?? id),
    [lab, jobs]
  );
  const retry = () => resource.retry();
  if (!page) {
    return resource.problem ? (
      <ClusterProblem problem={resource.problem} words={lab.words} retry={retry} />
    ) : (
      <Loading label={trans.__('Loading the node…')} />
    );
  }
  const { node } = page;
  const stale = resource.connection === 'lost' ? resource.heard : page.stale_since;
  return (
    <>
      {stale !== null && <StaleBar heard={stale} words={lab.words} retry={retry} />}
      <header className="jp-ogai-NodeHead">
        <h2>{node.name}</h2>
        <StateMark state={node.state} words={words} />
        <HealthMark health={node.health} words={words} />
        <span>{[page.cluster, node.rack, ...node.flavors].filter(Boolean).join(' · ')}</span>
        <button className="jp-ogai-Button" onClick={onOpenMap}>
          {trans.__('Show the Map')}
        </button>
      </header>
      <div className="jp-ogai-NodeBody">
        <GpuSection node={node} words={words} onOpenJob={onOpenJob} />
        <Amounts page={page} words={words} />
        <Pods page={page} words={words} onOpenJob={onOpenJob} />
        <Conditions page={page} words={words} />
        <Taints taints={node.taints} words={words} />
        <About page={page} words={words} />
        <Labels labels={node.labels} words={words} />
      </div>
    </>
  );
}

function Amounts(props: { page: NodePage; words: NodeWords }): React.JSX.Element {
  const { page, words } = props;
  const { trans } = words.words;
  return (
    <Section title={trans.__('Resources')}>
      <Grid
        label={trans.__('Resources')}
        head={[
          trans.__('Resource'),
          trans.__('Requested'),
          trans.__('Requested of allocatable'),
          trans.__('Allocatable'),
          trans.__('Kind')
        ]}
        rows={page.amounts.map(({ resource, allocatable, requested, fast }) => [
          <span translate="no" key="resource">
            {resource}
          </span>,
          requested === null
            ? trans.__('cannot be seen')
            : amountText(resource, requested, words.words),
          requested !== null && allocatable > 0 && (
            <Gauge
              share={Math.min(1, requested / allocatable)}
              text={words.percent(requested / allocatable)}
            />
          ),
          amountText(resource, allocatable, words.words),
          fast && trans.__('Fast network (RDMA)')
        ])}
      />
    </Section>
  );
}

function Pods(props: {
  page: NodePage;
  words: NodeWords;
  onOpenJob: (id: string) => void;
}): React.JSX.Element {
  const { page, words, onOpenJob } = props;
  const { trans } = words.words;
  const { tenants } = page;
  return (
    <Section title={trans.__('Pods here')}>
      {tenants === null ? (
        <p>{trans.__('Pods of this node cannot be seen with this account’s rights.')}</p>
      ) : tenants.length === 0 ? (
        <p>{trans.__('No pod holds a part of this node.')}</p>
      ) : (
        <Grid
          label={trans.__('Pods here')}
          head={[
            trans.__('Pod'),
            trans.__('Namespace'),
            trans.__('State'),
            trans.__('GPUs'),
            trans.__('Cores'),
            trans.__('Memory'),
            trans.__('Job'),
            trans.__('Owner')
          ]}
          rows={tenants.map(({ pod, namespace, phase, job, owner, cpus, memory, gpus }) => [
            <span translate="no" key="pod">
              {pod}
            </span>,
            namespace,
            phase,
            gpus,
            words.words.number(cpus),
            memory > 0 && amountText('memory', memory, words.words),
            job && (
              <button className="jp-ogai-Link" onClick={() => onOpenJob(job)}>
                {words.job(job)}
              </button>
            ),
            owner
          ])}
        />
      )}
    </Section>
  );
}

function Conditions(props: { page: NodePage; words: NodeWords }): React.JSX.Element {
  const { page, words } = props;
  const { trans } = words.words;
  return (
    <Section title={trans.__('Conditions')}>
      {page.node.state === 'draining' && (
        <p>{trans.__('The node is cordoned: no new pods start on it.')}</p>
      )}
      <Grid
        label={trans.__('Conditions')}
        head={[
          trans.__('Condition'),
          trans.__('Health'),
          trans.__('Holds'),
          trans.__('Since'),
          trans.__('Message')
        ]}
        rows={page.statuses.map(({ type, holds, wanted, reason, message, since }) => [
          <span translate="no" key="type">
            {type}
          </span>,
          <HealthMark
            key="health"
            health={wanted ? 'ok' : type === 'Ready' ? 'critical' : 'warn'}
            words={words}
          />,
          holds ? trans.__('Yes') : trans.__('No'),
          since !== null && words.words.ago(since),
          <span translate="no" key="message">
            {message || reason}
          </span>
        ])}
      />
    </Section>
  );
}

function Taints(props: { taints: readonly string[]; words: NodeWords }): React.JSX.Element | null {
  const { taints, words } = props;
  const { trans } = words.words;
  return taints.length === 0 ? null : (
    <Section title={trans.__('Taints')}>
      <p>{trans.__('They keep pods off that do not tolerate them.')}</p>
      <ul className="jp-ogai-NodeLabels" translate="no">
        {taints.map(taint => (
          <li key={taint}>{taint}</li>
        ))}
      </ul>
    </Section>
  );
}

function About(props: { page: NodePage; words: NodeWords }): React.JSX.Element {
  const { page, words } = props;
  const { trans } = words.words;
  const { system, kernel, architecture, runtime, kubelet, created } = page;
  const facts: [string, string][] = [
    [trans.__('System'), [system, kernel, architecture].filter(Boolean).join(' · ')],
    [trans.__('Runs containers'), runtime],
    [trans.__('Kubelet'), kubelet],
    [trans.__('In the cluster since'), created === null ? '' : words.words.moment(created)]
  ];
  return (
    <Section title={trans.__('Machine')}>
      <Facts facts={facts} />
    </Section>
  );
}

function Labels(props: { labels: Record<string, string>; words: NodeWords }): React.JSX.Element {
  const { labels, words } = props;
  return (
    <Section title={words.words.trans.__('Labels')}>
      <ul className="jp-ogai-NodeLabels" translate="no">
        {Object.entries(labels)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, value]) => (
            <li key={key}>{value ? `${key}=${value}` : key}</li>
          ))}
      </ul>
    </Section>
  );
}
