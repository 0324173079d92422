import * as React from 'react';

import type { Goodput, JobUsage } from '../../api/inspection';
import { Face, ProblemFace } from '../../face';
import type { Words } from '../../words';
import { useLoaded } from './loaded';
import type { IPaneProps } from './pane-props';

/** Below this many core-hours, seconds say more. */
const FEW_HOURS = 0.05;
const HOUR = 3600;

/** What a job has used, attempt by attempt, and what of it was worth it. */
export function UsagePane({ model, job }: IPaneProps): React.JSX.Element {
  const { words } = model.lab;
  const { trans } = words;
  // What runs is counted up to now: asked again when it has moved, at most once a minute.
  const minute = job.ended === null ? Math.floor(Date.now() / 60_000) : 0;
  const key = `${job.version} ${minute}`;
  const loaded = useLoaded(model, 'usage', key, signal => model.api.usage(signal));
  const used = loaded.value;
  if (!used) {
    return loaded.problem ? (
      <ProblemFace problem={loaded.problem} words={words} retry={loaded.retry} />
    ) : (
      <Face title={trans.__('Loading…')} />
    );
  }
  if (used.attempts.length === 0) {
    return (
      <Face
        title={trans.__('Nothing used so far')}
        text={trans.__('Counting begins with the first attempt.')}
      />
    );
  }
  const unit = unitOf(used, words);
  const lost = used.attempts.slice(0, -1).reduce((sum, { core_hours: hours }) => sum + hours, 0);
  return (
    <div className="jp-ogai-Usage">
      <dl className="jp-ogai-Tiles">
        <Tile label={unit.cores} value={unit.text(used.core_hours)} />
        <Tile label={unit.gpus} value={unit.text(used.gpu_hours)} />
        <Tile label={trans.__('Running time')} value={words.span(used.seconds)} />
        {used.attempts.length > 1 && (
          <Tile
            label={trans.__('In earlier attempts')}
            value={words.percent(lost / Math.max(used.core_hours, 1e-12))}
          />
        )}
      </dl>
      <AttemptsUsed used={used} unit={unit} words={words} />
      {job.spec.labels.kind === 'training' && <GoodputView model={model} job={job} />}
    </div>
  );
}

function Tile(props: { label: string; value: string }): React.JSX.Element {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}

function AttemptsUsed(props: { used: JobUsage; unit: IUnit; words: Words }): React.JSX.Element {
  const { used, unit, words } = props;
  const { trans } = words;
  return (
    <section>
      <h3>{trans.__('Attempts')}</h3>
      <table className="jp-ogai-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Attempt')}</th>
            <th scope="col">{trans.__('Lasted')}</th>
            <th scope="col">{trans.__('Cores')}</th>
            <th scope="col">{trans.__('GPUs')}</th>
            <th scope="col">{unit.cores}</th>
            <th scope="col">{unit.gpus}</th>
            <th scope="col">{trans.__('Share')}</th>
          </tr>
        </thead>
        <tbody>
          {used.attempts.map(one => {
            const share = one.seconds / Math.max(used.seconds, 1e-9);
            return (
              <tr key={one.number}>
                <th scope="row">{one.number}</th>
                <td>{words.span(one.seconds)}</td>
                <td>{words.number(one.cpus)}</td>
                <td>{one.gpus}</td>
                <td>{unit.text(one.core_hours)}</td>
                <td>{unit.text(one.gpu_hours)}</td>
                <td>
                  <span className="jp-ogai-Share">
                    <span style={{ width: `${100 * share}%` }} />
                  </span>
                  {words.percent(share)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function GoodputView({ model, job }: Pick<IPaneProps, 'model' | 'job'>): React.JSX.Element | null {
  const { words } = model.lab;
  const { trans } = words;
  const key = `${job.version} ${job.progress?.step ?? ''}`;
  const loaded = useLoaded(model, 'goodput', key, signal => model.api.goodput(signal));
  const goodput = loaded.value;
  if (!goodput) {
    return loaded.problem ? (
      <p className="jp-ogai-Quiet">{loaded.problem.message}</p>
    ) : (
      <p role="status">{trans.__('Loading…')}</p>
    );
  }
  const parts = goodputParts(goodput, words).filter(({ seconds }) => seconds > 0);
  const wall = Math.max(goodput.wall, 1e-9);
  return (
    <section>
      <h3>
        {goodput.ratio === null
          ? trans.__('Where the time went')
          : trans.__('Where the time went: %1 productive', words.percent(goodput.ratio))}
      </h3>
      <div className="jp-ogai-Goodput" aria-hidden="true">
        {parts.map(({ name, seconds, tone }) => (
          <span
            key={name}
            data-tone={tone}
            style={{ width: `${(100 * seconds) / wall}%` }}
            title={`${name} · ${words.duration(seconds)}`}
          />
        ))}
      </div>
      <table className="jp-ogai-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('What')}</th>
            <th scope="col">{trans.__('Time')}</th>
            <th scope="col">{trans.__('Share')}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ name, seconds, tone }) => (
            <tr key={name}>
              <th scope="row">
                <span className="jp-ogai-Goodput-swatch" data-tone={tone} />
                {name}
              </th>
              <td>{words.span(seconds)}</td>
              <td>{words.percent(seconds / wall)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface IPart {
  name: string;
  seconds: number;
  tone: 'good' | 'busy' | 'careful' | 'quiet';
}

function goodputParts(goodput: Goodput, { trans }: Words): IPart[] {
  return [
    { name: trans.__('Training steps'), seconds: goodput.productive, tone: 'good' },
    { name: trans.__('Starting'), seconds: goodput.start, tone: 'busy' },
    { name: trans.__('Compiling'), seconds: goodput.compile, tone: 'busy' },
    { name: trans.__('Waiting for data'), seconds: goodput.data, tone: 'busy' },
    { name: trans.__('Checkpoints'), seconds: goodput.checkpoint, tone: 'busy' },
    { name: trans.__('Export'), seconds: goodput.export, tone: 'busy' },
    { name: trans.__('Noticing failures'), seconds: goodput.detect, tone: 'careful' },
    { name: trans.__('Restarting'), seconds: goodput.restart, tone: 'careful' },
    { name: trans.__('Steps done again'), seconds: goodput.recomputed, tone: 'careful' },
    { name: trans.__('Not explained'), seconds: goodput.other, tone: 'quiet' }
  ];
}

interface IUnit {
  cores: string;
  gpus: string;
  text: (hours: number) => string;
}

/** Hours, or seconds where there are hardly any. */
function unitOf(used: JobUsage, words: Words): IUnit {
  const { trans } = words;
  if (Math.max(used.core_hours, used.gpu_hours) >= FEW_HOURS) {
    return {
      cores: trans.__('Core-hours'),
      gpus: trans.__('GPU-hours'),
      text: hours => words.number(hours)
    };
  }
  return {
    cores: trans.__('Core-seconds'),
    gpus: trans.__('GPU-seconds'),
    text: hours => words.number(hours * HOUR)
  };
}
