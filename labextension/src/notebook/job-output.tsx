import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { DisposableSet, type IDisposable } from '@lumino/disposable';
import { Panel } from '@lumino/widgets';
import * as React from 'react';

import type { JobState } from '../api/types';
import { whileShown } from '../shown';
import type { IOgaiLab } from '../tokens';
import { JobStrip } from './job-strip';

/** What Python puts beside the text and the HTML of a job. */
export const JOB_MIME = 'application/vnd.ogai.job+json';

/** A card that is older than so many seconds is not kept up by a kernel. */
const KEPT_UP = 10;
const FINAL: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled']);

/** A job as the cell that shows it last saw it. */
interface ISeen {
  id: string;
  state: JobState;
  /** When it was seen, in Unix seconds. */
  time: number;
}

/**
 * A job in the output of a cell. The card that Python made is shown as any HTML is; once no
 * kernel keeps it up although the job was not over, a live line takes its place.
 */
export class JobOutput extends Panel implements IRenderMime.IRenderer {
  constructor(private readonly _options: JobOutput.IOptions) {
    super();
    const { lab, commands, rendermime } = _options;
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-JobOutput');
    this._card = rendermime.createRenderer('text/html');
    this._card.addClass('jp-ogai-JobOutput-card');
    const strip = ReactWidget.create(
      <UseSignal signal={lab.jobs.changed}>
        {() => {
          const job = this._isLeft() ? lab.jobs.find(this._seen!.id) : undefined;
          this.toggleClass('jp-mod-live', job !== undefined);
          return (
            job && (
              <JobStrip
                job={job}
                seen={this._seen!.time}
                words={lab.words}
                commands={commands}
                open={this._open}
                setOpen={open => {
                  this._open = open;
                  this.toggleClass('jp-mod-open', open);
                  strip.update();
                }}
              />
            )
          );
        }}
      </UseSignal>
    );
    this._strip = strip;
    this.addWidget(strip);
    this.addWidget(this._card);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._seen = seenIn(model.data[JOB_MIME]);
    this._follow();
    this._strip.update();
    await this._card.renderModel(model);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._following?.dispose();
      super.dispose();
    }
  }

  /** Follow the job while the output can be seen; one that was over needs no following. */
  private _follow(): void {
    const id = this._seen && !FINAL.has(this._seen.state) ? this._seen.id : undefined;
    if (id === this._followed) {
      return;
    }
    this._following?.dispose();
    this._following = undefined;
    this._followed = id;
    if (id !== undefined) {
      const { jobs } = this._options.lab;
      this._following = whileShown(this, () => DisposableSet.from([jobs.look(), jobs.watch(id)]));
    }
  }

  /** Whether the card was left behind by its kernel. Once it was, the live line stays. */
  private _isLeft(): boolean {
    const seen = this._seen;
    const over = seen === undefined || FINAL.has(seen.state);
    this._left = !over && (this._left || Date.now() / 1000 - seen.time > KEPT_UP);
    return this._left;
  }

  private readonly _card: IRenderMime.IRenderer;
  private readonly _strip: ReactWidget;
  private _seen: ISeen | undefined;
  private _followed: string | undefined;
  private _following: IDisposable | undefined;
  private _left = false;
  private _open = false;
}

export namespace JobOutput {
  export interface IOptions {
    lab: IOgaiLab;
    commands: CommandRegistry;
    /** Draws the card. */
    rendermime: IRenderMimeRegistry;
  }
}

function seenIn(value: unknown): ISeen | undefined {
  const { id, state, time } = (value ?? {}) as Partial<ISeen>;
  return typeof id === 'string' && typeof state === 'string' && typeof time === 'number'
    ? { id, state, time }
    : undefined;
}
