import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

/** Equal parts in which what was found is marked. */
const PARTS = 200;
/** The share of the log by which a key moves. */
const STEP = 0.02;

/** What the rail shows; places are byte offsets in the log. */
export interface IRailState {
  size: number;
  sight: { from: number; to: number } | undefined;
  /** For each of `parts` equal parts of the log, whether something was found in it. */
  spread: ((parts: number, size: number) => boolean[]) | undefined;
}

/** A narrow picture of all of the log: what is in sight, where something was found. */
export class LogRail implements IDisposable {
  constructor(
    readonly node: HTMLElement,
    label: string
  ) {
    node.classList.add('jp-ogai-LogRail');
    node.tabIndex = 0;
    node.setAttribute('role', 'slider');
    node.setAttribute('aria-orientation', 'vertical');
    node.setAttribute('aria-label', label);
    node.setAttribute('aria-valuemin', '0');
    node.setAttribute('aria-valuemax', '100');
    this._hits.className = 'jp-ogai-LogRail-hits';
    this._thumb.className = 'jp-ogai-LogRail-thumb';
    node.append(this._hits, this._thumb);
    node.addEventListener('pointerdown', this._onPointer);
    node.addEventListener('pointermove', this._onPointer);
    node.addEventListener('keydown', this._onKey);
  }

  /** The reader wants to be at a share of the log, 0 to 1. */
  get moved(): ISignal<this, number> {
    return this._moved;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  show({ size, sight, spread }: IRailState): void {
    const from = size > 0 && sight ? sight.from / size : 0;
    const to = size > 0 && sight ? sight.to / size : 1;
    this._share = from;
    this._thumb.style.top = `min(${(100 * from).toFixed(2)}%, 100% - 10px)`;
    this._thumb.style.height = `${(100 * Math.max(0, to - from)).toFixed(2)}%`;
    this.node.setAttribute('aria-valuenow', String(Math.round(100 * from)));
    const marks = spread?.(PARTS, size) ?? [];
    const key = marks.map(Number).join('');
    if (key !== this._shown) {
      this._shown = key;
      this._hits.replaceChildren(...marks.flatMap((found, part) => (found ? [tick(part)] : [])));
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.node.removeEventListener('pointerdown', this._onPointer);
    this.node.removeEventListener('pointermove', this._onPointer);
    this.node.removeEventListener('keydown', this._onKey);
    Signal.clearData(this);
  }

  private readonly _onPointer = (event: PointerEvent): void => {
    if (event.buttons !== 1) {
      return;
    }
    if (event.type === 'pointerdown') {
      this.node.setPointerCapture(event.pointerId);
    }
    const { top, height } = this.node.getBoundingClientRect();
    this._move((event.clientY - top) / height);
  };

  private readonly _onKey = (event: KeyboardEvent): void => {
    const shares: Record<string, number> = {
      ArrowUp: this._share - STEP,
      ArrowDown: this._share + STEP,
      PageUp: this._share - 5 * STEP,
      PageDown: this._share + 5 * STEP,
      Home: 0,
      End: 1
    };
    const share = shares[event.key];
    if (share !== undefined) {
      event.preventDefault();
      this._move(share);
    }
  };

  private _move(share: number): void {
    this._share = Math.min(1, Math.max(0, share));
    this._moved.emit(this._share);
  }

  private readonly _hits = document.createElement('div');
  private readonly _thumb = document.createElement('div');
  private readonly _moved = new Signal<this, number>(this);
  private _share = 1;
  private _shown = '';
  private _isDisposed = false;
}

function tick(part: number): HTMLElement {
  const node = document.createElement('i');
  node.style.top = `${(100 * part) / PARTS}%`;
  return node;
}
