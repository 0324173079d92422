import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { isFinal } from '../../api/types';
import { StaleBar } from '../../face';
import { FindBar } from './find-bar';
import { LogBar } from './log-bar';
import type { LogPane } from './log-pane';

/** Everything above the lines. */
export class LogHead extends ReactWidget {
  constructor(private readonly _pane: LogPane) {
    super();
    this.addClass('jp-ogai-LogPane-head');
    _pane.changed.connect(() => this.update());
  }

  protected override render(): React.JSX.Element {
    const pane = this._pane;
    const { finder, lab, window } = pane;
    const { words } = lab;
    return (
      <>
        <LogBar
          words={words}
          ranks={pane.ranks}
          filter={window.filter}
          setFilter={filter => void pane.setFilter(filter)}
          view={pane.view}
          setView={view => (pane.view = view)}
          finding={finder.isOpen}
          notice={pane.notice}
          find={() => (finder.isOpen ? pane.closeFind() : pane.find())}
          firstError={() => void pane.toFirstError()}
          toStart={() => void pane.goTo(0, 'start')}
          copy={() => pane.copy()}
          download={() => void pane.download()}
        />
        {finder.isOpen && (
          <FindBar
            search={finder.search}
            words={words}
            query={finder.wish}
            asked={finder.asked}
            setQuery={query => pane.search(query)}
            step={by => finder.step(by)}
            close={() => pane.closeFind()}
          />
        )}
        {window.problem && (
          <StaleBar heard={lab.jobs.heard} words={words} retry={() => pane.retry()} />
        )}
        {window.lines.length === 0 && !window.problem && (
          <p className="jp-ogai-LogPane-empty">{emptyText(pane)}</p>
        )}
      </>
    );
  }
}

function emptyText({ job, lab, window }: LogPane): string {
  const { trans } = lab.words;
  const { level, rank, stream } = window.filter;
  if (!window.ready) {
    return job?.state === 'queued'
      ? trans.__('The log begins when the job does.')
      : trans.__('Loading the log…');
  }
  if (level.length > 0 || rank !== null || stream !== null) {
    return trans.__('No such lines so far. Choose other levels, streams or ranks to see more.');
  }
  if (job?.state === 'queued') {
    return trans.__('The log begins when the job does.');
  }
  return job && isFinal(job)
    ? trans.__('This job printed nothing.')
    : trans.__('Nothing printed yet; new lines appear here by themselves.');
}
