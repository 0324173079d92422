import * as React from 'react';

import { plain } from '../../../ansi';
import type { Job } from '../../../api/types';
import { Face, ProblemFace } from '../../../face';
import { stateIcons } from '../../../icons';
import type { Words } from '../../../words';
import type { JobModel } from '../job-model';
import { useKept, useLoaded } from '../loaded';
import { count, diff, type IDifference, type Verdict } from './diff';
import { masked } from './secrets';
import { shownSpec } from './shown-spec';
import { Scalar } from './spec-tree';

const LISTED = 50;

const SIGNS: Record<Verdict, string> = { added: '+', removed: '−', changed: '≠', same: '=' };

/** What differs between this job's spec and another's, value by value. */
export function DiffView(props: { model: JobModel; job: Job }): React.JSX.Element {
  const { model, job } = props;
  const { words } = model.lab;
  const [other, setOther] = useKept<Job | undefined>(model, 'compared with', undefined);
  return (
    <div className="jp-ogai-Diff">
      <JobChoice model={model} job={job} chosen={other} choose={setOther} />
      {other ? (
        <Differences before={other} after={job} words={words} />
      ) : (
        <Face
          title={words.trans.__('Choose a job to compare with')}
          text={words.trans.__('What differs is then listed here, value by value.')}
        />
      )}
    </div>
  );
}

function JobChoice(props: {
  model: JobModel;
  job: Job;
  chosen: Job | undefined;
  choose: (job: Job) => void;
}): React.JSX.Element {
  const { model, job, chosen, choose } = props;
  const { scheduler, words } = model.lab;
  const { trans } = words;
  const [filter, setFilter] = React.useState('');
  const asked = useSettled(filter);
  const found = useLoaded(model, `jobs called ${asked}`, asked, signal =>
    scheduler.jobs({ limit: LISTED, ...(asked && { name: asked }) }, signal)
  );
  const jobs = found.value?.items.filter(({ id }) => id !== job.id) ?? [];
  return (
    <section className="jp-ogai-Diff-choice" aria-label={trans.__('Job to compare with')}>
      <input
        type="search"
        value={filter}
        placeholder={trans.__('Filter jobs by name')}
        aria-label={trans.__('Filter jobs by name')}
        onChange={event => setFilter(event.target.value)}
      />
      {found.problem && !found.value && (
        <ProblemFace problem={found.problem} words={words} retry={found.retry} />
      )}
      {found.value && jobs.length === 0 && (
        <p className="jp-ogai-Quiet">{trans.__('No other job is called so.')}</p>
      )}
      <ul>
        {jobs.map(one => {
          const Icon = stateIcons[one.state];
          return (
            <li key={one.id} data-state={one.state}>
              <button aria-pressed={one.id === chosen?.id} onClick={() => choose(one)}>
                <Icon.react tag="span" className="jp-ogai-State" />
                <span className="jp-ogai-Diff-name">{one.name}</span>
                <span className="jp-ogai-Quiet">
                  {words.state(one.state)} · {words.ago(one.created)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Differences(props: { before: Job; after: Job; words: Words }): React.JSX.Element {
  const { before, after, words } = props;
  const { trans } = words;
  const [unchanged, setUnchanged] = React.useState(false);
  const found = React.useMemo(() => differences(before, after), [before, after]);
  const counts = count(found);
  const total = counts.added + counts.removed + counts.changed;
  const shown = found.filter(({ verdict }) => unchanged || verdict !== 'same');
  const verdicts: Record<Verdict, string> = {
    added: trans.__('added'),
    removed: trans.__('removed'),
    changed: trans.__('changed'),
    same: trans.__('the same')
  };
  return (
    <section className="jp-ogai-Diff-result" aria-label={trans.__('Differences')}>
      <div className="jp-ogai-Bar">
        <span role="status">
          {total === 0
            ? trans.__('Both asked for exactly the same.')
            : trans._n('%1 difference', '%1 differences', total)}
        </span>
        <label>
          <input
            type="checkbox"
            checked={unchanged}
            onChange={event => setUnchanged(event.target.checked)}
          />
          {trans.__('With what is the same')}
        </label>
      </div>
      {shown.length > 0 && (
        <table className="jp-ogai-Table jp-ogai-Diff-table">
          <thead>
            <tr>
              <th scope="col">{trans.__('What')}</th>
              <th scope="col">{trans.__('Difference')}</th>
              <th scope="col">{before.name}</th>
              <th scope="col">{trans.__('%1 (this job)', after.name)}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(one => (
              <tr key={one.path.join('\n')} data-verdict={one.verdict}>
                <th scope="row">{plain(one.path.join('.'))}</th>
                <td>
                  <span className="jp-ogai-Diff-verdict">
                    <span aria-hidden="true">{SIGNS[one.verdict]}</span> {verdicts[one.verdict]}
                  </span>
                </td>
                <td>
                  <Scalar value={one.before} />
                </td>
                <td>
                  <Scalar value={one.after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Compare what was asked for; secrets are compared as they are and shown masked. */
function differences(before: Job, after: Job): IDifference[] {
  const whole = ({ spec }: Job) => ({ ...shownSpec(spec, true), environment: spec.environment });
  return diff(whole(before), whole(after)).map(one => {
    const [head, name] = one.path;
    return head === 'environment' && name !== undefined
      ? { ...one, before: mask(name, one.before), after: mask(name, one.after) }
      : one;
  });
}

function mask(name: string, value: unknown): unknown {
  return typeof value === 'string' ? masked({ [name]: value })[name] : value;
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
