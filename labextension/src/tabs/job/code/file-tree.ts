/** A folder or a file of a snapshot. */
export interface INode {
  /** The whole path; a folder's ends with a slash. */
  path: string;
  name: string;
  /** Bytes: of a folder, of all that is in it. */
  size: number;
  /** How many files: 1 for a file. */
  files: number;
  /** Undefined for a file. */
  children: INode[] | undefined;
}

/** A node as a line of the tree. */
export interface IRow {
  node: INode;
  /** From 1. */
  level: number;
  expanded: boolean | undefined;
  /** Its place among its siblings, from 1, and how many they are. */
  position: number;
  siblings: number;
}

/** Make the tree of a list of files; folders come first, a folder that holds only one is joined. */
export function treeOf(files: readonly { path: string; size: number }[]): INode[] {
  const root = folder('', '');
  const folders = new Map<string, INode>([['', root]]);
  for (const { path, size } of files) {
    const parts = path.split('/');
    const name = parts.pop()!;
    let parent = root;
    let prefix = '';
    for (const part of parts) {
      parent.size += size;
      parent.files++;
      prefix += `${part}/`;
      let next = folders.get(prefix);
      if (!next) {
        next = folder(prefix, part);
        folders.set(prefix, next);
        parent.children!.push(next);
      }
      parent = next;
    }
    parent.size += size;
    parent.files++;
    parent.children!.push({ path, name, size, files: 1, children: undefined });
  }
  return sorted(root.children!);
}

/** The lines of a tree whose folders in `open` are open. */
export function rowsOf(nodes: readonly INode[], open: ReadonlySet<string>, level = 1): IRow[] {
  return nodes.flatMap((node, place) => {
    const expanded = node.children ? open.has(node.path) : undefined;
    const row = { node, level, expanded, position: place + 1, siblings: nodes.length };
    return expanded ? [row, ...rowsOf(node.children!, open, level + 1)] : [row];
  });
}

/** The folders that are open at first: all of a small tree, only the outermost of a large one. */
export function firstOpen(nodes: readonly INode[], most: number): Set<string> {
  const files = nodes.reduce((sum, node) => sum + node.files, 0);
  const open = new Set<string>();
  const visit = (node: INode, deep: boolean) => {
    if (node.children) {
      open.add(node.path);
      if (deep) {
        node.children.forEach(child => visit(child, deep));
      }
    }
  };
  if (files <= most) {
    nodes.forEach(node => visit(node, true));
  } else if (nodes.length === 1) {
    nodes.forEach(node => visit(node, false));
  }
  return open;
}

function folder(path: string, name: string): INode {
  return { path, name, size: 0, files: 0, children: [] };
}

function sorted(nodes: INode[]): INode[] {
  return nodes
    .map(node => {
      const only = node.children?.length === 1 ? node.children[0] : undefined;
      if (only?.children) {
        const [joined] = sorted([{ ...only, name: `${node.name}/${only.name}` }]);
        return joined!;
      }
      return node.children ? { ...node, children: sorted(node.children) } : node;
    })
    .sort(
      (a, b) =>
        Number(b.children !== undefined) - Number(a.children !== undefined) ||
        a.name.localeCompare(b.name)
    );
}
