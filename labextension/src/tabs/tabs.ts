import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Token, type ReadonlyJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { IOgaiLab } from '../tokens';
import type { ITabArgs } from './link';

/** The tab that a content stands in. */
export interface ITab {
  /**
   * What the tab was opened with, and what it is restored with. A content that comes to show
   * another thing sets it: the tab is then found, restored and linked by the new arguments.
   */
  args: ITabArgs;
}

/** One kind of tab: what it is called and where its content comes from. */
export interface ITabKind {
  /** Lower case; the first part of its links. */
  readonly kind: string;
  readonly icon: LabIcon;
  /** What the command that opens it is called, and the tab until its content says better. */
  readonly label: string;
  /**
   * Make the content: `import()` what it needs and return a widget, or throw a `Problem`; the
   * tab shows it with a way to try again. The content's title becomes the tab's.
   */
  open(lab: IOgaiLab, args: ReadonlyJSONObject, tab: ITab): Promise<Widget>;
  /** The tab is open already and was asked for again, with these arguments. */
  again?(content: Widget, args: ReadonlyJSONObject): void;
}

/** The tabs of OGAI Lab: one for each thing, restored after a reload, each with a link. */
export interface ITabs {
  readonly kinds: ReadonlyMap<string, ITabKind>;
  /** A kind was registered or taken back. */
  readonly changed: ISignal<ITabs, void>;
  /** Add a kind, until the result is disposed. */
  register(kind: ITabKind): IDisposable;
  /** Show the tab of a thing; open it where it is not. */
  open(args: ITabArgs): MainAreaWidget;
  /** The address of a page that opens this tab. */
  link(args: ITabArgs): string;
}

export const ITabs = new Token<ITabs>(
  '@ogai/lab:ITabs',
  'The tabs of OGAI Lab. Register a kind of tab; open a tab by kind and id.'
);

export namespace TabCommands {
  /** Open a tab: `{ kind, id? }` and what else its kind takes. */
  export const open = 'ogai:open';
  /** Copy the link to a tab: the one named, under the pointer, or in front. */
  export const copyLink = 'ogai:copy-link';
}
