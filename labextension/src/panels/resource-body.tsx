import * as React from 'react';

import { ProblemFace, StaleBar } from '../face';
import type { IResource } from '../store/resource';
import type { Words } from '../words';
import { useChanges } from './use-changes';

/** What a section shows of a resource: loading, an error, or the value, with its age when stale. */
export function ResourceBody<T>(props: {
  resource: IResource<T>;
  words: Words;
  /** What is loaded, for who cannot see the grey rows. */
  loading: string;
  children: (value: T) => React.ReactNode;
}): React.JSX.Element {
  const { resource, words, loading, children } = props;
  useChanges(resource);
  const { value, problem, connection } = resource;
  const retry = () => resource.retry();
  if (value === undefined) {
    return problem ? (
      <ProblemFace problem={problem} words={words} retry={retry} />
    ) : (
      <Skeleton label={loading} />
    );
  }
  return (
    <>
      {connection === 'lost' && <StaleBar heard={resource.heard} words={words} retry={retry} />}
      {children(value)}
    </>
  );
}

/** Rows that will come. */
export function Skeleton(props: { label: string }): React.JSX.Element {
  return (
    <div className="jp-ogai-Skeleton" role="status" aria-label={props.label}>
      {Array.from({ length: 5 }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
