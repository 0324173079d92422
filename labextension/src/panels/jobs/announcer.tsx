import * as React from 'react';

import type { IJobStore, ITransition } from '../../store/types';
import type { Words } from '../../words';

/** Tells screen readers, politely and once, that a job has changed its state. */
export function Announcer(props: { store: IJobStore; words: Words }): React.JSX.Element {
  const { store, words } = props;
  const [text, setText] = React.useState('');
  React.useEffect(() => {
    const tell = (_: IJobStore, { job }: ITransition) =>
      setText(`${job.name}: ${words.state(job.state)}`);
    store.moved.connect(tell);
    return () => {
      store.moved.disconnect(tell);
    };
  }, [store, words]);
  return (
    <div className="jp-sr-only" role="status">
      {text}
    </div>
  );
}
