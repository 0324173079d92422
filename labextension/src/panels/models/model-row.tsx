import { caretDownIcon, caretRightIcon, copyIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Model, Version } from '../../api/types';
import type { Words } from '../../words';
import { sizeText } from '../amounts';
import { versionCell } from '../cells';
import { ThingCommands } from '../commands';
import { dragsCell } from '../drag';
import { RowButton } from '../row-button';
import type { IRow } from '../windowed-rows';
import { mainMetric, nameOf } from './rows';

/** The height of a row in pixels. */
export const MODEL_HEIGHT = 44;

/** A model: its name, how many versions, what its aliases point to. */
export function ModelHead(props: {
  model: Model;
  open: boolean;
  row: IRow;
  words: Words;
  toggle: () => void;
}): React.JSX.Element {
  const { model, open, row, words, toggle } = props;
  const { trans } = words;
  const Caret = open ? caretDownIcon : caretRightIcon;
  const details = [
    trans._n('%1 version', '%1 versions', model.versions),
    sizeText(model.size, words),
    ...model.aliases.slice(0, 2).map(({ name, revision }) => `${name} → ${revision}`)
  ];
  return (
    <div
      {...row.props}
      className="jp-ogai-Row jp-ogai-ModelRow"
      aria-level={1}
      aria-expanded={open}
      aria-selected={row.current}
      onClick={toggle}
      onDoubleClick={undefined}
      {...(model.latest && {
        'data-model': model.name,
        'data-revision': model.latest,
        onMouseDown: dragsCell(model.name, () =>
          versionCell({ model: model.name, revision: model.latest! })
        )
      })}
    >
      <div role="gridcell" className="jp-ogai-Row-main">
        <Caret.react tag="span" className="jp-ogai-Row-caret" />
        <div className="jp-ogai-Row-text">
          <div className="jp-ogai-Row-name">{model.name}</div>
          <div className="jp-ogai-Row-detail">{details.join(' · ')}</div>
        </div>
      </div>
    </div>
  );
}

/** A version: its aliases, its size, its main metric, and whether it is to be compared. */
export function VersionRow(props: {
  version: Version;
  row: IRow;
  words: Words;
  commands: CommandRegistry;
  chosen: boolean;
  choose: () => void;
}): React.JSX.Element {
  const { version, row, words, commands, chosen, choose } = props;
  const { trans } = words;
  const { model, revision } = version;
  const name = nameOf(version);
  const metric = mainMetric(version);
  const details = [
    metric ? `${metric[0]} ${words.number(metric[1])}` : '',
    sizeText(version.size, words),
    words.ago(version.created)
  ];
  return (
    <div
      {...row.props}
      className="jp-ogai-Row jp-ogai-VersionRow"
      data-model={model}
      data-revision={revision}
      aria-level={2}
      aria-selected={chosen}
      onMouseDown={dragsCell(name, () => versionCell(version))}
    >
      <div role="gridcell" className="jp-ogai-Row-main">
        <input
          type="checkbox"
          checked={chosen}
          tabIndex={row.current ? 0 : -1}
          aria-label={trans.__('Compare %1', name)}
          onChange={choose}
        />
        <div className="jp-ogai-Row-text">
          <div className="jp-ogai-Row-name">
            {revision}
            {version.aliases.map(alias => (
              <span key={alias} className="jp-ogai-Tag">
                {alias}
              </span>
            ))}
          </div>
          <div className="jp-ogai-Row-detail">{details.filter(Boolean).join(' · ')}</div>
        </div>
      </div>
      <div role="gridcell" className="jp-ogai-Row-actions">
        <RowButton
          icon={copyIcon}
          label={trans.__('Copy the code that loads %1', name)}
          current={row.current}
          run={() => void commands.execute(ThingCommands.copySnippet, { model, revision })}
        />
      </div>
    </div>
  );
}
