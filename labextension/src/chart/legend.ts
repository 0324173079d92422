import type { Curve } from './curve';
import { PALETTE_SIZE } from './theme';

/** The names of the curves, as switches: each shows its value and hides or shows its curve. */
export class Legend {
  constructor(handlers: { toggle: (key: string) => void; focus: (key: string | null) => void }) {
    this._handlers = handlers;
    this.node.className = 'jp-ogai-Chart-legend';
  }

  readonly node = document.createElement('div');

  /** Show these curves; a switch that has the focus keeps it. */
  show(curves: readonly Curve[], hidden: ReadonlySet<string>): void {
    const wanted = new Map(curves.map((curve, index) => [curve.key, { curve, index }]));
    for (const [key, { button }] of this._entries) {
      if (!wanted.has(key)) {
        button.remove();
        this._entries.delete(key);
      }
    }
    for (const [key, { curve, index }] of wanted) {
      const entry = this._entries.get(key) ?? this._add(key);
      entry.name.textContent = curve.label;
      entry.button.setAttribute('aria-pressed', String(!hidden.has(key)));
      entry.button.style.setProperty('--jp-ogai-chart-line', colourOf(curve, index));
      entry.button.dataset.line = dashOf(curve, index) ? 'dashed' : 'solid';
      if (this.node.children[index] !== entry.button) {
        this.node.insertBefore(entry.button, this.node.children[index] ?? null);
      }
    }
  }

  /** Show a value beside each name. */
  values(text: (key: string) => string): void {
    for (const [key, { value }] of this._entries) {
      const now = text(key);
      if (value.textContent !== now) {
        value.textContent = now;
      }
    }
  }

  private _add(key: string): IEntry {
    const button = document.createElement('button');
    button.type = 'button';
    const mark = document.createElement('i');
    const name = document.createElement('span');
    const value = document.createElement('b');
    button.append(mark, name, value);
    const { toggle, focus } = this._handlers;
    button.addEventListener('click', () => toggle(key));
    for (const event of ['pointerenter', 'focus']) {
      button.addEventListener(event, () => focus(key));
    }
    for (const event of ['pointerleave', 'blur']) {
      button.addEventListener(event, () => focus(null));
    }
    const entry = { button, name, value };
    this._entries.set(key, entry);
    return entry;
  }

  private readonly _handlers: {
    toggle: (key: string) => void;
    focus: (key: string | null) => void;
  };
  private readonly _entries = new Map<string, IEntry>();
}

interface IEntry {
  button: HTMLButtonElement;
  name: HTMLElement;
  value: HTMLElement;
}

/** The place of a curve in the palette. */
export function paletteIndex(curve: Curve, index: number): number {
  return (curve.colour ?? index) % PALETTE_SIZE;
}

/** Whether a curve is dashed: because it says so, or because the palette is used up. */
export function dashOf(curve: Curve, index: number): boolean {
  return curve.dashed || (curve.colour ?? index) >= PALETTE_SIZE;
}

function colourOf(curve: Curve, index: number): string {
  return `var(--jp-ogai-chart-${paletteIndex(curve, index)})`;
}
