import * as React from 'react';

import type { Comparison, EvaluationInfo, IVersionRef } from '../../api/comparisons';
import type { Job, Version } from '../../api/types';
import { Face, ProblemFace } from '../../face';
import { shownSpec } from '../job/spec/shown-spec';
import { useAsked } from './asked';
import type { IBench } from './compare-tab';
import { DataChoice, usePrepared } from './data-choice';
import { FlipsView } from './flips-view';
import { shortName } from './items';
import { MetricTable } from './metric-table';
import { PairedPlots } from './paired-plots';
import { SideBySide } from './side-by-side';
import { TensorsView } from './tensors-view';
import { inWords } from './verdict';

type Ref = { kind: 'model' } & IVersionRef;

/** A version with what is known of it. */
export interface ISubject {
  ref: Ref;
  /** What it is called here. */
  name: string;
  version: Version;
  evaluations: EvaluationInfo[];
  job: Job | undefined;
}

/** What came of comparing one version with the baseline; undefined where it cannot be done yet. */
export type Outcome = Comparison | undefined;

/** Versions of models: measured against the first of them. */
export function ModelsView(props: { bench: IBench; versions: Ref[] }): React.JSX.Element {
  const { bench, versions } = props;
  const { lab, api } = bench;
  const { words } = lab;
  const { trans } = words;
  const key = JSON.stringify(versions);
  const asked = useAsked(bench, key, signal =>
    Promise.all(
      versions.map(async (ref): Promise<ISubject> => {
        const [version, evaluations] = await Promise.all([
          api.version(ref, signal),
          api.evaluations(ref, signal)
        ]);
        // The job that made it may be deleted; what it was asked for is then not known.
        const job = version.lineage.job
          ? await lab.scheduler.job(version.lineage.job, signal).catch(() => undefined)
          : undefined;
        return { ref, name: shortName(ref, versions, bench.names), version, evaluations, job };
      })
    )
  );
  React.useEffect(() => {
    const all = (asked.value ?? []).flatMap(one => one.evaluations);
    bench.follow(all.filter(one => one.state === 'running').map(one => one.job));
  }, [bench, asked.value]);
  const prepared = usePrepared(bench);
  const [chosen, setChosen] = React.useState('');
  const subjects = asked.value;
  if (!subjects) {
    return asked.problem ? (
      <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />
    ) : (
      <Face title={trans.__('Loading…')} />
    );
  }
  const choices = [...new Set([...dataOf(subjects), ...prepared.keys()])];
  const data = choices.includes(chosen) ? chosen : (choices[0] ?? '');
  return (
    <>
      <DataChoice
        bench={bench}
        choices={choices}
        names={prepared}
        data={data}
        choose={setChosen}
        subjects={subjects}
      />
      <Measured key={data} bench={bench} subjects={subjects} data={data} />
      <SideBySide
        title={trans.__('Where they come from')}
        names={subjects.map(one => one.name)}
        documents={subjects.map(origin)}
        words={words}
      />
      <TensorsView bench={bench} subjects={subjects} />
    </>
  );
}

/** The part that needs evaluations: table, verdicts, plots, documents. */
function Measured(props: { bench: IBench; subjects: ISubject[]; data: string }): React.JSX.Element {
  const { bench, subjects, data } = props;
  const { words } = bench.lab;
  const { trans } = words;
  const [base, ...others] = subjects as [ISubject, ...ISubject[]];
  const ready = (one: ISubject) => evaluationOn(one, data)?.state === 'done';
  const key = JSON.stringify([data, subjects.map(one => [one.ref, evaluationOn(one, data)])]);
  const asked = useAsked(bench, key, signal =>
    Promise.all(
      others.map((other): Promise<Outcome> =>
        data && ready(base) && ready(other)
          ? bench.api.compare(base.ref, other.ref, data, signal)
          : Promise.resolve(undefined)
      )
    )
  );
  const outcomes: Outcome[] = asked.value ?? others.map(() => undefined);
  const [looked, setLooked] = React.useState(0);
  const at = Math.min(looked, others.length - 1);
  const other = others[at];
  const outcome = outcomes[at];
  return (
    <>
      <MetricTable bench={bench} subjects={subjects} data={data} outcomes={outcomes} />
      {asked.problem && <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />}
      <ul className="jp-ogai-Verdicts" aria-label={trans.__('Verdicts')}>
        {outcomes.map(
          (one, index) =>
            one && (
              <li key={index} data-verdict={one.verdict}>
                {inWords(one, base.name, others[index]!.name, words)}
              </li>
            )
        )}
      </ul>
      {others.length > 1 && outcomes.some(Boolean) && (
        <label className="jp-ogai-Compare-pair">
          {trans.__('Look closer at')}
          <select value={at} onChange={event => setLooked(Number(event.target.value))}>
            {others.map((one, index) => (
              <option key={index} value={index}>
                {trans.__('%1 against %2', one.name, base.name)}
              </option>
            ))}
          </select>
        </label>
      )}
      {other && outcome && (
        <>
          <PairedPlots outcome={outcome} base={base.name} other={other.name} words={words} />
          <FlipsView key={at} bench={bench} base={base} other={other} data={data} />
        </>
      )}
    </>
  );
}

/** The newest evaluation of a version on some data; one that is done before one that is not. */
export function evaluationOn(subject: ISubject, data: string): EvaluationInfo | undefined {
  const found = subject.evaluations.filter(one => one.data === data);
  return found.find(one => one.state === 'done') ?? found[0];
}

/** The data that any of them were evaluated on; those on which most were stand first. */
function dataOf(subjects: ISubject[]): string[] {
  const counts = new Map<string, number>();
  for (const { evaluations } of subjects) {
    const measured = new Set(evaluations.filter(e => e.state === 'done').map(e => e.data));
    for (const data of new Set(evaluations.map(one => one.data))) {
      counts.set(data, (counts.get(data) ?? 0) + (measured.has(data) ? 1 : 0));
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([data]) => data);
}

/** What a version says of its making, and what the job that made it was asked for. */
function origin({ version, job }: ISubject): unknown {
  const { lineage, tags, aliases, parameters, tensors, size } = version;
  const { libraries, ...made } = lineage;
  const known = Object.entries(made).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(known),
    ...(aliases.length > 0 && { aliases }),
    tags,
    parameters,
    tensors,
    size,
    libraries,
    ...(job && { job_spec: shownSpec(job.spec, false) })
  };
}
