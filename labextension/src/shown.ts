import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { MessageLoop, type Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';

/**
 * Hold what `acquire` returns while a widget can be seen: not behind another tab, not in a
 * collapsed sidebar, not in a hidden window. What nobody sees costs nothing.
 *
 * @returns ends the watching and releases what is held.
 */
export function whileShown(widget: Widget, acquire: () => IDisposable): IDisposable {
  let held: IDisposable | undefined;
  const update = (visible: boolean) => {
    const wanted = visible && !document.hidden;
    if (wanted && !held) {
      held = acquire();
    } else if (!wanted && held) {
      held.dispose();
      held = undefined;
    }
  };
  const hook = (_: unknown, message: Message) => {
    switch (message.type) {
      case 'after-show':
      case 'after-attach':
        // A hook runs before the widget itself: it knows that it is visible only afterwards.
        queueMicrotask(() => !watching.isDisposed && update(widget.isVisible));
        break;
      case 'before-hide':
      case 'before-detach':
        update(false);
        break;
    }
    return true;
  };
  const onVisibility = () => update(widget.isVisible);
  MessageLoop.installMessageHook(widget, hook);
  document.addEventListener('visibilitychange', onVisibility);
  const watching = new DisposableDelegate(() => {
    MessageLoop.removeMessageHook(widget, hook);
    document.removeEventListener('visibilitychange', onVisibility);
    widget.disposed.disconnect(end);
    update(false);
  });
  const end = () => watching.dispose();
  widget.disposed.connect(end);
  update(widget.isVisible);
  return watching;
}
