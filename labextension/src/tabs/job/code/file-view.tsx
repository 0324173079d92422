import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import * as React from 'react';

import { plain } from '../../../ansi';
import { Face, ProblemFace } from '../../../face';
import type { JobModel } from '../job-model';
import { useLoaded } from '../loaded';
import { bytes } from './bytes';
import { TextView } from './text-view';

/** The text of one file of the snapshot. */
export function FileView(props: {
  model: JobModel;
  path: string;
  languages: IEditorLanguageRegistry | null;
}): React.JSX.Element {
  const { model, path, languages } = props;
  const { words } = model.lab;
  const { trans } = words;
  const loaded = useLoaded(model, `file ${path}`, path, signal => model.api.file(path, signal));
  const file = loaded.value;
  if (!file) {
    return loaded.problem ? (
      <ProblemFace problem={loaded.problem} words={words} retry={loaded.retry} />
    ) : (
      <Face title={trans.__('Loading…')} />
    );
  }
  const size = bytes(file.size, words.locale);
  return (
    <div className="jp-ogai-FileView">
      <div className="jp-ogai-FileView-head">
        <b>{plain(path)}</b>
        <span className="jp-ogai-Quiet">
          {file.truncated
            ? trans.__('the first %1 of %2', bytes(1 << 20, words.locale), size)
            : size}
        </span>
      </div>
      {file.text === null ? (
        <Face title={trans.__('This file is not text')} text={size} />
      ) : (
        <TextView
          text={file.text}
          label={trans.__('Text of %1', plain(path))}
          name={path.slice(path.lastIndexOf('/') + 1)}
          languages={languages}
        />
      )}
    </div>
  );
}
