import * as React from 'react';

import { CodePane } from './code/code-pane';
import { CurvesPane } from './curves/curves-pane';
import { ExplainPane } from './explain/explain-pane';
import type { IJobView } from './job-tab';
import type { Pane } from './panes';
import { SpecPane } from './spec/spec-pane';
import { TimelinePane } from './timeline/timeline-pane';
import type { IPaneProps } from './pane-props';
import { UsagePane } from './usage-pane';

const VIEWS: Record<Exclude<Pane, 'logs'>, (props: IPaneProps) => React.JSX.Element> = {
  curves: CurvesPane,
  timeline: TimelinePane,
  explain: ExplainPane,
  spec: SpecPane,
  code: CodePane,
  usage: UsagePane
};

/** The pane in front. */
export function JobBody(props: { view: IJobView }): React.JSX.Element | null {
  const { model, commands, languages } = props.view;
  const { job, pane } = model;
  if (!job || pane === 'logs') {
    return null;
  }
  const Pane = VIEWS[pane];
  return <Pane key={pane} model={model} job={job} commands={commands} languages={languages} />;
}
