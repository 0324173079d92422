import type { IChartWords } from './chart-words';

/** The elements of a chart, in their places. */
export class Figure {
  constructor(words: IChartWords, legend: HTMLElement, table: HTMLElement) {
    const { root, title, place, reset, area, empty, notes, summary, spoken } = this;
    root.className = 'jp-ogai-Chart';
    title.className = 'jp-ogai-Chart-title';
    place.className = 'jp-ogai-Chart-place';
    reset.type = 'button';
    reset.textContent = words.reset;
    reset.hidden = true;
    area.className = 'jp-ogai-Chart-area';
    area.tabIndex = 0;
    area.setAttribute('role', 'application');
    empty.className = 'jp-ogai-Chart-empty';
    empty.textContent = words.empty;
    notes.className = 'jp-ogai-Chart-notes';
    notes.setAttribute('role', 'status');
    spoken.className = summary.className = 'jp-ogai-Chart-unseen';
    spoken.setAttribute('aria-live', 'polite');
    const head = document.createElement('figcaption');
    head.append(title, place, reset);
    area.append(empty);
    root.append(head, legend, area, notes, summary, spoken, table);
  }

  readonly root = document.createElement('figure');
  readonly title = document.createElement('span');
  /** Where the cursor is, or the name of the x axis. */
  readonly place = document.createElement('span');
  readonly reset = document.createElement('button');
  /** What holds the drawing and takes the keys. */
  readonly area = document.createElement('div');
  readonly empty = document.createElement('p');
  readonly notes = document.createElement('div');
  /** The curves in words, for those who cannot see them. */
  readonly summary = document.createElement('div');
  /** What is said when the keyboard moves the cursor. */
  readonly spoken = document.createElement('div');
}

/** Write a text, unless it stands there already: a live region would say it again. */
export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
