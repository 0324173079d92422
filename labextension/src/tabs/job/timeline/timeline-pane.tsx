import * as React from 'react';

import { plain } from '../../../ansi';
import type { Mark, Phase, Timeline } from '../../../api/inspection';
import { isFinal } from '../../../api/types';
import { Face, ProblemFace } from '../../../face';
import type { Words } from '../../../words';
import { useKept, useLoaded } from '../loaded';
import type { IPaneProps } from '../pane-props';
import { AttemptTable } from './attempt-table';
import { endOf } from './attempt-end';
import { gathered, place, ticks, type ISpan } from './scale';

const TICKS = 8;
/** Marks closer than this, in percent of the width, are drawn as one. */
const APART = 1.2;
/** A wait this many times as long as the rest is better left out at first. */
const LONG_WAIT = 4;

/** The course of a job as lines over time, and as a table. */
export function TimelinePane({ model, job }: IPaneProps): React.JSX.Element {
  const { words } = model.lab;
  const { trans } = words;
  const key = `${job.version} ${job.attempt}`;
  const loaded = useLoaded(model, 'timeline', key, signal => model.api.timeline(signal));
  const [waiting, setWaiting] = useKept<boolean | undefined>(model, 'with the wait', undefined);
  const timeline = loaded.value;
  // What lasts grows with the reader's clock, from what the server's said.
  const received = useMoment(timeline);
  if (!timeline) {
    return loaded.problem ? (
      <ProblemFace problem={loaded.problem} words={words} retry={loaded.retry} />
    ) : (
      <Face title={trans.__('Loading…')} />
    );
  }
  const elapsed = Math.max(0, Date.now() / 1000 - received);
  const end = timeline.ended ?? timeline.now + (isFinal(job) ? 0 : elapsed);
  const started = timeline.phases.find(({ kind }) => kind !== 'queued')?.start;
  const long =
    started !== undefined && started - timeline.created > LONG_WAIT * Math.max(end - started, 1);
  const withWait = started === undefined || (waiting ?? !long);
  const scale = { from: withWait ? timeline.created : started, to: end };
  return (
    <div className="jp-ogai-Timeline">
      <div className="jp-ogai-Timeline-bar">
        <Legend timeline={timeline} words={words} />
        {started !== undefined && (
          <label>
            <input
              type="checkbox"
              checked={withWait}
              onChange={event => setWaiting(event.target.checked)}
            />
            {trans.__('With the time in the queue')}
          </label>
        )}
      </div>
      <Picture timeline={timeline} scale={scale} words={words} />
      <AttemptTable timeline={timeline} end={end} words={words} />
      <MarkTable timeline={timeline} words={words} />
    </div>
  );
}

/** When a value was first seen, in Unix seconds. */
function useMoment(value: unknown): number {
  const seen = React.useRef({ value, at: Date.now() / 1000 });
  if (seen.current.value !== value) {
    seen.current = { value, at: Date.now() / 1000 };
  }
  return seen.current.at;
}

/** The lines; all they say stands in the tables below. */
function Picture(props: { timeline: Timeline; scale: ISpan; words: Words }): React.JSX.Element {
  const { timeline, scale, words } = props;
  const { trans } = words;
  const length = Math.max(scale.to - scale.from, 1e-3);
  const kinds = phaseWords(words);
  const first = scale.from === timeline.created;
  return (
    <div
      className="jp-ogai-Timeline-picture"
      role="img"
      aria-label={trans.__(
        'Course of the job over %1; the tables below say the same.',
        words.span(length)
      )}
    >
      <div className="jp-ogai-Timeline-row">
        <span className="jp-ogai-Timeline-name">{trans.__('Job')}</span>
        <div className="jp-ogai-Timeline-track">
          {timeline.phases.map((phase, number) => (
            <Bar
              key={number}
              span={{ from: phase.start, to: phase.end ?? scale.to }}
              scale={scale}
              look={phase.kind}
              text={kinds[phase.kind]}
              title={`${kinds[phase.kind]} · ${words.span((phase.end ?? scale.to) - phase.start)}`}
              open={phase.end === null}
            />
          ))}
        </div>
      </div>
      {timeline.attempts.map(attempt => {
        const { word, look } = endOf(attempt, words);
        const to = attempt.ended ?? scale.to;
        return (
          <div className="jp-ogai-Timeline-row" key={attempt.number}>
            <span className="jp-ogai-Timeline-name">{trans.__('Attempt %1', attempt.number)}</span>
            <div className="jp-ogai-Timeline-track">
              <Bar
                span={{ from: attempt.started, to }}
                scale={scale}
                look={look}
                text={word}
                title={`${word} · ${words.span(to - attempt.started)}`}
                open={attempt.ended === null}
              />
              {gathered(
                timeline.marks.filter(mark => mark.attempt === attempt.number),
                scale,
                APART
              ).map(({ left, marks }) => (
                <span
                  key={left}
                  className="jp-ogai-Timeline-mark"
                  data-kind={gravest(marks)}
                  style={{ insetInlineStart: `${left}%` }}
                  title={marks
                    .slice(0, 5)
                    .map(mark => markText(mark, words))
                    .join('\n')}
                >
                  {MARK_SIGNS[gravest(marks)]}
                </span>
              ))}
            </div>
          </div>
        );
      })}
      <div className="jp-ogai-Timeline-row jp-ogai-Timeline-axis">
        <span className="jp-ogai-Timeline-name">
          {first ? trans.__('since submission') : trans.__('since the start')}
        </span>
        <div className="jp-ogai-Timeline-track">
          {ticks(scale, TICKS).map(seconds => (
            <span
              key={seconds}
              className="jp-ogai-Timeline-tick"
              style={{ insetInlineStart: `${(100 * seconds) / length}%` }}
            >
              {seconds === 0 ? '0' : words.span(seconds)}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

function Bar(props: {
  span: ISpan;
  scale: ISpan;
  look: string;
  text: string;
  title: string;
  open: boolean;
}): React.JSX.Element | null {
  const at = place(props.span, props.scale);
  if (!at) {
    return null;
  }
  return (
    <span
      className="jp-ogai-Timeline-span"
      data-look={props.look}
      data-open={props.open}
      style={{ insetInlineStart: `${at.left}%`, width: `${at.width}%` }}
      title={props.title}
    >
      <span>{props.text}</span>
    </span>
  );
}

function Legend(props: { timeline: Timeline; words: Words }): React.JSX.Element {
  const { timeline, words } = props;
  const kinds = phaseWords(words);
  const totals = new Map<Phase['kind'], number>();
  for (const { kind, start, end } of timeline.phases) {
    totals.set(kind, (totals.get(kind) ?? 0) + (end ?? timeline.now) - start);
  }
  return (
    <ul className="jp-ogai-Timeline-legend">
      {[...totals].map(([kind, seconds]) => (
        <li key={kind}>
          <span className="jp-ogai-Timeline-swatch" data-look={kind} />
          {kinds[kind]} <b>{words.span(seconds)}</b>
        </li>
      ))}
    </ul>
  );
}

/** What happened at single moments. */
function MarkTable(props: { timeline: Timeline; words: Words }): React.JSX.Element | null {
  const { timeline, words } = props;
  const { trans } = words;
  const { marks, more_marks: more } = timeline;
  if (marks.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>{trans.__('What happened')}</h3>
      <table className="jp-ogai-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('When')}</th>
            <th scope="col">{trans.__('Attempt')}</th>
            <th scope="col">{trans.__('Rank')}</th>
            <th scope="col">{trans.__('What')}</th>
          </tr>
        </thead>
        <tbody>
          {marks.map((mark, number) => (
            <tr key={number} data-kind={mark.kind}>
              <td title={words.moment(mark.time)}>
                {trans.__('after %1', words.span(mark.time - timeline.created))}
              </td>
              <td>{mark.attempt}</td>
              <td>{mark.rank < 0 ? '—' : mark.rank}</td>
              <td>
                <span className="jp-ogai-Timeline-sign" data-kind={mark.kind} aria-hidden="true">
                  {MARK_SIGNS[mark.kind]}
                </span>
                {markText(mark, words)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p>{trans._n('%1 more is in the log.', '%1 more are in the log.', more)}</p>}
    </section>
  );
}

const MARK_SIGNS: Record<Mark['kind'], string> = {
  fault: '✕',
  restart: '↻',
  output: '◆',
  event: '•'
};

const GRAVITY: Mark['kind'][] = ['fault', 'restart', 'output', 'event'];

function gravest(marks: readonly Mark[]): Mark['kind'] {
  return GRAVITY.find(kind => marks.some(mark => mark.kind === kind)) ?? 'event';
}

function markText(mark: Mark, { trans }: Words): string {
  const text = plain(mark.text);
  switch (mark.kind) {
    case 'fault':
      return trans.__('Rank %1 ended with %2', mark.rank, text);
    case 'restart':
      return trans.__('Started again (%1)', text);
    case 'output':
      return trans.__('Output %1', text);
    case 'event':
      return [plain(mark.name), text].filter(Boolean).join(': ');
  }
}

function phaseWords({ trans }: Words): Record<Phase['kind'], string> {
  return {
    queued: trans.__('Queued'),
    starting: trans.__('Starting'),
    running: trans.__('Running'),
    restarting: trans.__('Restarting'),
    stopping: trans.__('Stopping')
  };
}
