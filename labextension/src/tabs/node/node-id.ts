/** The id of a node's page: the node, behind its cluster's name where it is of one. */
export function nodeId(cluster: string, node: string): string {
  return cluster ? `${cluster}/${node}` : node;
}

/** The inverse of `nodeId`: a cluster may be called anything, a node's name has no slash. */
export function placeOfNode(id: string): { cluster: string; node: string } {
  const slash = id.lastIndexOf('/');
  return { cluster: id.slice(0, Math.max(0, slash)), node: id.slice(slash + 1) };
}
