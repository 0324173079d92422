import * as React from 'react';

import type { IResource } from './store/resource';

/** Render again whenever a resource changes, and return it. */
export function useResource<T>(resource: IResource<T>): IResource<T> {
  const [, update] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    resource.changed.connect(update);
    return () => {
      resource.changed.disconnect(update);
    };
  }, [resource]);
  return resource;
}
