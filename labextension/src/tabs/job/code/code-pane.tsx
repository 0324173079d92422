import * as React from 'react';

import { plain } from '../../../ansi';
import type { Job } from '../../../api/types';
import { Face, ProblemFace } from '../../../face';
import type { Words } from '../../../words';
import { useKept, useLoaded } from '../loaded';
import type { IPaneProps } from '../pane-props';
import { bytes } from './bytes';
import { Environment } from './environment';
import { FileTree } from './file-tree-view';
import { FileView } from './file-view';
import { firstOpen, treeOf } from './file-tree';

/** Trees of up to so many files are open at first. */
const OPEN_FILES = 40;

type ICodeProps = Pick<IPaneProps, 'model' | 'job' | 'languages'>;

/** The code as it was at submission, what did not travel, and what surrounds the program. */
export function CodePane({ model, job, languages }: IPaneProps): React.JSX.Element {
  return (
    <div className="jp-ogai-Code">
      <Code model={model} job={job} languages={languages} />
      <Environment job={job} words={model.lab.words} />
    </div>
  );
}

function Code(props: ICodeProps): React.JSX.Element {
  const { model, job } = props;
  const { words } = model.lab;
  const { trans } = words;
  if (job.spec.run.kind === 'cell') {
    return (
      <section className="jp-ogai-Code-section">
        <h3>{trans.__('The cell')}</h3>
        <pre tabIndex={0}>{job.spec.run.source}</pre>
        {job.snapshot && <Snapshot {...props} />}
      </section>
    );
  }
  if (!job.snapshot) {
    return (
      <Face
        title={trans.__('No code travelled with this job')}
        text={trans.__(
          'It ran what it found on its nodes. Give a working folder, and the code is kept with the job:'
        )}
        code={'ogai_lab.run("train.py", workdir=".")'}
      />
    );
  }
  return <Snapshot {...props} />;
}

function Snapshot({ model, job, languages }: ICodeProps): React.JSX.Element {
  const { words } = model.lab;
  const { trans } = words;
  const loaded = useLoaded(model, 'snapshot', job.id, signal => model.api.snapshot(signal));
  const held = loaded.value;
  const tree = React.useMemo(() => treeOf(held?.files ?? []), [held]);
  const [open, setOpen] = useKept<ReadonlySet<string> | undefined>(model, 'open', undefined);
  const [chosen, choose] = useKept<string | undefined>(model, 'file', undefined);
  if (!held) {
    return loaded.problem ? (
      <ProblemFace problem={loaded.problem} words={words} retry={loaded.retry} />
    ) : (
      <Face title={trans.__('Loading…')} />
    );
  }
  const file = chosen ?? mainFile(job, held.files);
  return (
    <>
      <section className="jp-ogai-Code-browser" aria-label={trans.__('Code snapshot')}>
        <div className="jp-ogai-Code-files">
          <p className="jp-ogai-Code-total" title={held.digest}>
            {trans._n('%1 file', '%1 files', held.files.length)} · {bytes(held.size, words.locale)}{' '}
            · <code>{held.digest.replace('sha256:', '').slice(0, 12)}</code>
          </p>
          {held.files.length === 0 ? (
            <p className="jp-ogai-Quiet">{trans.__('The working folder was empty.')}</p>
          ) : (
            <FileTree
              tree={tree}
              open={open ?? firstOpen(tree, OPEN_FILES)}
              setOpen={setOpen}
              chosen={file}
              choose={choose}
              words={words}
            />
          )}
        </div>
        {file === undefined ? (
          <Face title={trans.__('Choose a file to read it')} />
        ) : (
          <FileView key={file} model={model} path={file} languages={languages} />
        )}
      </section>
      <LeftOut held={held} words={words} />
    </>
  );
}

function LeftOut(props: {
  held: { left_out: { path: string; reason: string }[]; left_out_count: number };
  words: Words;
}): React.JSX.Element | null {
  const { held, words } = props;
  const { trans } = words;
  const { left_out: listed, left_out_count: total } = held;
  if (total === 0) {
    return null;
  }
  return (
    <details className="jp-ogai-Code-section">
      <summary>{trans._n('%1 path was left out', '%1 paths were left out', total)}</summary>
      <table className="jp-ogai-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Path')}</th>
            <th scope="col">{trans.__('Why')}</th>
          </tr>
        </thead>
        <tbody>
          {listed.map(({ path, reason }) => (
            <tr key={path}>
              <td>
                <code>{plain(path)}</code>
              </td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > listed.length && (
        <p className="jp-ogai-Quiet">{trans.__('The first %1 are listed.', listed.length)}</p>
      )}
    </details>
  );
}

/** The file that the job runs, if it is among those that travelled. */
function mainFile(job: Job, files: readonly { path: string }[]): string | undefined {
  const { run } = job.spec;
  const named = run.kind === 'script' || run.kind === 'notebook' ? run.path : undefined;
  const path = named?.replace(/^\.\//, '');
  return files.find(one => one.path === path)?.path;
}
