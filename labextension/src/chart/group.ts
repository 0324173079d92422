import type { Range } from './types';

/** What moves together in the charts of one group. */
export interface IGroupMember {
  /** Stand at this x, or nowhere; the move came from another chart. */
  follow(x: number | null): void;
  zoomTo(range: Range | null): void;
}

const groups = new Map<string, Set<IGroupMember>>();

export function join(group: string, member: IGroupMember): () => void {
  const members = groups.get(group) ?? new Set();
  groups.set(group, members.add(member));
  return () => {
    members.delete(member);
    if (members.size === 0 && groups.get(group) === members) {
      groups.delete(group);
    }
  };
}

/** The other charts of a group. */
export function othersOf(group: string | undefined, member: IGroupMember): IGroupMember[] {
  return group ? [...(groups.get(group) ?? [])].filter(other => other !== member) : [];
}
