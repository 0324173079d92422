import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Model } from '../../api/types';
import { Face } from '../../face';
import { ogaiIcon } from '../../icons';
import type { OpenModels } from '../../store/open-models';
import type { IOgaiLab } from '../../tokens';
import { ThingCommands } from '../commands';
import { Filter } from '../filter';
import { ResourceBody } from '../resource-body';
import { useChanges } from '../use-changes';
import { WindowedRows, type IRow } from '../windowed-rows';
import { MODEL_HEIGHT, ModelHead, VersionRow } from './model-row';
import { registerModel } from './register';
import { modelRows, nameOf, type ModelRow } from './rows';

/** So many versions can be compared at once. */
const MOST = 6;

interface IProps {
  lab: IOgaiLab;
  open: OpenModels;
  commands: CommandRegistry;
}

/** The models and, unfolded, their versions. */
export function ModelsView(props: IProps): React.JSX.Element {
  const { lab } = props;
  const { words } = lab;
  return (
    <ResourceBody resource={lab.catalog} words={words} loading={words.trans.__('Loading models…')}>
      {models => <Models {...props} models={models} />}
    </ResourceBody>
  );
}

function Models(props: IProps & { models: Model[] }): React.JSX.Element {
  const { lab, open, commands, models } = props;
  const { words } = lab;
  const { trans } = words;
  useChanges(open);
  const [part, setPart] = React.useState('');
  const [chosen, setChosen] = React.useState<readonly string[]>([]);
  const rows = modelRows(models, part, model => open.get(model));
  const register = () => void registerModel(lab);
  if (models.length === 0) {
    return (
      <Face
        icon={ogaiIcon}
        title={trans.__('No model yet')}
        text={trans.__('Register what a finished job made, here or from a cell:')}
        code={'ogai.register("org/name", job=job)'}
        action={{ label: trans.__('Register a Model…'), run: register }}
      />
    );
  }
  const choose = (name: string) =>
    setChosen(
      chosen.includes(name)
        ? chosen.filter(other => other !== name)
        : [...chosen, name].slice(-MOST)
    );
  const toggle = (row: ModelRow) => {
    if (row.kind === 'model') {
      open.toggle(row.model.name);
    } else if (row.kind === 'version') {
      choose(nameOf(row.version));
    }
  };
  const onKey = (row: ModelRow, key: string): boolean => {
    const folds = row.kind === 'model' && key === (row.open ? 'ArrowLeft' : 'ArrowRight');
    if (folds || key === ' ') {
      toggle(row);
    }
    return folds || key === ' ';
  };
  return (
    <>
      <Filter
        value={part}
        apply={setPart}
        placeholder={trans.__('Filter by name or alias')}
        label={trans.__('Filter models by name or alias')}
        count={trans._n(
          '%1 model',
          '%1 models',
          rows.filter(({ kind }) => kind === 'model').length
        )}
      />
      <div className="jp-ogai-Tools">
        <button className="jp-ogai-Button" onClick={register}>
          {trans.__('Register…')}
        </button>
        <button
          className="jp-ogai-Button"
          disabled={chosen.length < 2}
          title={trans.__('Choose two to six versions, then compare them')}
          onClick={() => void commands.execute(ThingCommands.compare, { versions: [...chosen] })}
        >
          {chosen.length > 0 ? trans.__('Compare (%1)', chosen.length) : trans.__('Compare')}
        </button>
        {chosen.length > 0 && (
          <button className="jp-ogai-Button" onClick={() => setChosen([])}>
            {trans.__('Clear')}
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <Face
          title={trans.__('No model matches “%1”', part)}
          action={{ label: trans.__('Show All Models'), run: () => setPart('') }}
        />
      ) : (
        <WindowedRows
          items={rows}
          rowHeight={MODEL_HEIGHT}
          label={trans.__('Models')}
          role="treegrid"
          keyOf={row => row.key}
          render={(row, place) => (
            <Row
              {...props}
              item={row}
              place={place}
              chosen={chosen.includes(row.key)}
              toggle={() => toggle(row)}
            />
          )}
          onOpen={toggle}
          onKey={onKey}
        />
      )}
    </>
  );
}

function Row(
  props: IProps & { item: ModelRow; place: IRow; chosen: boolean; toggle: () => void }
): React.JSX.Element {
  const { lab, open, commands, item, place, chosen, toggle } = props;
  const { words } = lab;
  switch (item.kind) {
    case 'model':
      return (
        <ModelHead model={item.model} open={item.open} row={place} words={words} toggle={toggle} />
      );
    case 'version':
      return (
        <VersionRow
          version={item.version}
          row={place}
          words={words}
          commands={commands}
          chosen={chosen}
          choose={toggle}
        />
      );
    case 'loading':
      return (
        <div {...place.props} className="jp-ogai-Row jp-ogai-VersionRow" aria-level={2}>
          <div role="gridcell">{words.trans.__('Loading versions…')}</div>
        </div>
      );
    case 'problem':
      return (
        <div {...place.props} className="jp-ogai-Row jp-ogai-VersionRow" aria-level={2}>
          <div role="gridcell" className="jp-ogai-Row-main">
            <span className="jp-ogai-Row-text">{item.problem.message}</span>
            <button className="jp-ogai-Button" onClick={() => open.get(item.model)?.retry()}>
              {words.trans.__('Try Again')}
            </button>
          </div>
        </div>
      );
  }
}
