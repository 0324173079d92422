import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

import { watchTheme } from '../../chart/theme';
import { cellAt, type ILayout } from './layout';
import { move } from './moves';
import { paint, type IInk, type ILook } from './painter';
import { clamp, fit, reveal, zoom, type ISize, type IView } from './view';

const STEP = 1.3;
/** A press that moves less than this many pixels is a click. */
const SLACK = 4;

/** What the map shows; the canvas draws it and lets people move about in it. */
export interface IScene {
  layout: ILayout;
  looks: readonly ILook[];
  titles: readonly string[];
  textOf: (index: number) => string;
}

export interface ICanvasEvents {
  /** The keyboard's place, or a click, went to a cell. */
  current(index: number, by: 'key' | 'pointer'): void;
  /** The pointer is over a cell, at a point of the canvas; -1 for none. */
  hover(index: number, x: number, y: number): void;
  /** Enter, or a double click. */
  open(index: number): void;
  /** The theme has changed: colours are to be chosen anew. */
  theme(): void;
  /** The shape of the view has changed much: places are to be chosen anew. */
  shape(aspect: number): void;
}

/** One canvas with everything in it: zoom, pan, keyboard, sharp on every screen. */
export class MapCanvas implements IDisposable {
  constructor(
    private readonly _host: HTMLElement,
    private readonly _events: ICanvasEvents
  ) {
    this._canvas.setAttribute('aria-hidden', 'true');
    _host.append(this._canvas);
    this._context = this._canvas.getContext('2d')!;
    this._ink = readInk(_host);
    const observer = new ResizeObserver(() => this._resize());
    observer.observe(_host);
    const unwatch = watchTheme(() => {
      this._ink = readInk(_host);
      _events.theme();
      this.draw();
    });
    const listeners = this._listen();
    this._held = new DisposableDelegate(() => {
      observer.disconnect();
      unwatch();
      listeners.abort();
      cancelAnimationFrame(this._frame);
      this._canvas.remove();
    });
    this._resize();
  }

  get isDisposed(): boolean {
    return this._held.isDisposed;
  }

  dispose(): void {
    this._held.dispose();
  }

  /** Show a scene. Where places are new, all of it comes into view. */
  show(scene: IScene): void {
    const moved = this._scene?.layout !== scene.layout;
    this._scene = scene;
    if (moved && !this._touched) {
      this.fit();
    }
    this.draw();
  }

  get current(): number {
    return this._current;
  }

  set current(index: number) {
    this._current = index;
    this.draw();
  }

  /** Bring a cell into sight. */
  reveal(index: number): void {
    const cell = this._scene?.layout.cells[index];
    if (cell) {
      this._look(reveal(this._view, cell, this._box));
    }
  }

  zoom(by: 1 | -1): void {
    const middle = { x: this._box.width / 2, y: this._box.height / 2 };
    this._zoom(STEP ** by, middle);
  }

  fit(): void {
    this._touched = false;
    if (this._scene) {
      this._look(fit(this._scene.layout, this._box));
    }
  }

  /** Draw in the next frame. */
  draw(): void {
    if (!this._frame && !this.isDisposed) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        this._paint();
      });
    }
  }

  private _paint(): void {
    const { _scene: scene, _context: context } = this;
    if (scene) {
      context.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
      const state = { current: this._current, hovered: this._hovered, ink: this._ink };
      paint(context, { ...scene, ...state }, this._view, this._box);
    }
  }

  private _look(view: IView): void {
    this._view = this._scene ? clamp(view, this._scene.layout, this._box) : view;
    this.draw();
  }

  private _zoom(factor: number, at: { x: number; y: number }): void {
    this._touched = true;
    this._look(zoom(this._view, factor, at));
  }

  private _resize(): void {
    const { clientWidth: width, clientHeight: height } = this._host;
    const ratio = window.devicePixelRatio || 1;
    if (width === 0 || height === 0) {
      return;
    }
    this._box = { width, height };
    this._ratio = ratio;
    this._canvas.width = Math.round(width * ratio);
    this._canvas.height = Math.round(height * ratio);
    this._canvas.style.width = `${width}px`;
    this._canvas.style.height = `${height}px`;
    const before = this._aspect;
    const aspect = width / height;
    if (Math.abs(Math.log(aspect / before)) > 0.15) {
      this._aspect = aspect;
      this._events.shape(aspect);
    }
    if (this._touched) {
      this._look(this._view);
    } else {
      this.fit();
    }
    this._paint(); // a canvas whose size was set is empty, and would flicker until the next frame
  }

  private _listen(): AbortController {
    const end = new AbortController();
    const { signal } = end;
    const host = this._host;
    host.addEventListener('wheel', event => this._onWheel(event), { signal, passive: false });
    host.addEventListener('pointerdown', event => this._onDown(event), { signal });
    host.addEventListener('pointermove', event => this._onMove(event), { signal });
    host.addEventListener('pointerup', event => this._onUp(event), { signal });
    host.addEventListener('pointerleave', () => this._hover(-1, 0, 0), { signal });
    host.addEventListener(
      'dblclick',
      event => {
        const index = this._at(event);
        if (index >= 0) {
          this._events.open(index);
        }
      },
      { signal }
    );
    host.addEventListener('keydown', event => this._onKey(event), { signal });
    return end;
  }

  private _onWheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      this._zoom(Math.exp(-event.deltaY * 0.004), this._point(event));
      return;
    }
    this._touched = true;
    const [x, y] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
    this._look({ ...this._view, x: this._view.x - x, y: this._view.y - y });
  }

  private _onDown(event: PointerEvent): void {
    if (event.button === 0) {
      this._pressed = { x: event.clientX, y: event.clientY, view: this._view, dragged: false };
      this._host.setPointerCapture(event.pointerId);
    }
  }

  private _onMove(event: PointerEvent): void {
    const pressed = this._pressed;
    if (!pressed) {
      const { x, y } = this._point(event);
      this._hover(this._at(event), x, y);
      return;
    }
    const [x, y] = [event.clientX - pressed.x, event.clientY - pressed.y];
    if (pressed.dragged || Math.hypot(x, y) > SLACK) {
      pressed.dragged = this._touched = true;
      this._hover(-1, 0, 0);
      this._look({ ...pressed.view, x: pressed.view.x + x, y: pressed.view.y + y });
    }
  }

  private _onUp(event: PointerEvent): void {
    const dragged = this._pressed?.dragged;
    this._pressed = undefined;
    const index = this._at(event);
    if (event.button === 0 && !dragged && index >= 0) {
      this.current = index;
      this._events.current(index, 'pointer');
    }
  }

  private _onKey(event: KeyboardEvent): void {
    const { _scene: scene, _current: current } = this;
    if (!scene || event.altKey || event.metaKey) {
      return;
    }
    if (event.key === 'Enter' && scene.layout.cells[current]) {
      this._events.open(current);
    } else if (event.key === '+' || event.key === '=') {
      this.zoom(1);
    } else if (event.key === '-') {
      this.zoom(-1);
    } else if (event.key === '0') {
      this.fit();
    } else {
      const to = move(scene.layout, current, event.key, event.ctrlKey);
      if (to === undefined) {
        return;
      }
      this.current = to;
      this.reveal(to);
      this._events.current(to, 'key');
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private _hover(index: number, x: number, y: number): void {
    if (index !== this._hovered) {
      this._hovered = index;
      this.draw();
      this._events.hover(index, x, y);
    }
  }

  private _at(event: MouseEvent): number {
    const { x, y } = this._point(event);
    const { scale } = this._view;
    return this._scene
      ? cellAt(this._scene.layout, (x - this._view.x) / scale, (y - this._view.y) / scale)
      : -1;
  }

  private _point(event: MouseEvent): { x: number; y: number } {
    const { left, top } = this._canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  private readonly _canvas = document.createElement('canvas');
  private readonly _context: CanvasRenderingContext2D;
  private readonly _held: IDisposable;
  private _ink: IInk;
  private _scene: IScene | undefined;
  private _view: IView = { scale: 1, x: 0, y: 0 };
  private _box: ISize = { width: 1, height: 1 };
  private _ratio = 1;
  private _aspect = 1;
  private _frame = 0;
  private _current = -1;
  private _hovered = -1;
  /** Whether somebody has moved the view; until then it follows the size of the tab. */
  private _touched = false;
  private _pressed: { x: number; y: number; view: IView; dragged: boolean } | undefined;
}

function readInk(element: HTMLElement): IInk {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string) =>
    style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read('--jp-ui-font-color1', '#212121'),
    quiet: read('--jp-ui-font-color2', '#616161'),
    ground: read('--jp-layout-color1', '#ffffff'),
    font: style.fontFamily
  };
}
