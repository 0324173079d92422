import { Clipboard, Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { useKept } from '../loaded';
import type { IPaneProps } from '../pane-props';
import { DiffView } from './diff-view';
import { shownSpec } from './shown-spec';
import { SpecTree } from './spec-tree';

/** What was asked for, to read, to copy, or against what was asked for by another job. */
export function SpecPane({ model, job }: IPaneProps): React.JSX.Element {
  const { words } = model.lab;
  const { trans } = words;
  const [all, setAll] = useKept(model, 'all of the spec', false);
  const [comparing, setComparing] = useKept(model, 'comparing', false);
  const document = shownSpec(job.spec, all);
  const copy = () => {
    Clipboard.copyToSystem(JSON.stringify(shownSpec(job.spec, true), null, 2));
    Notification.info(trans.__('Copied as JSON, secrets masked'), { autoClose: 2000 });
  };
  return (
    <div className="jp-ogai-Spec">
      <div className="jp-ogai-Bar" role="group" aria-label={trans.__('Spec')}>
        <button
          className="jp-ogai-Button"
          aria-pressed={comparing}
          onClick={() => setComparing(!comparing)}
        >
          {trans.__('Compare with Another Job')}
        </button>
        {!comparing && (
          <label>
            <input type="checkbox" checked={all} onChange={event => setAll(event.target.checked)} />
            {trans.__('With everything that was left as usual')}
          </label>
        )}
        <button className="jp-ogai-Button jp-ogai-Bar-end" onClick={copy}>
          {trans.__('Copy as JSON')}
        </button>
      </div>
      {comparing ? (
        <DiffView model={model} job={job} />
      ) : (
        <SpecTree value={document} label={trans.__('Spec of %1', job.name)} />
      )}
    </div>
  );
}
