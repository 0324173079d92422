"""What a page still holds: event listeners, nodes, and timers that our code started."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Page

_WATCH_TIMERS = """() => {
  const live = new Map();
  const ours = () => {
    const stack = new Error().stack ?? '';
    return stack.includes('/@ogai/lab/') ? stack.split('\\n').slice(2, 7).join('\\n') : undefined;
  };
  const wrap = (start, stop, once) => {
    const [started, stopped] = [window[start], window[stop]];
    window[start] = (work, ...rest) => {
      const stack = ours();
      const id = started.call(
        window,
        typeof work !== 'function' ? work : (...given) => {
          if (once) live.delete(start + id);
          return work(...given);
        },
        ...rest
      );
      if (stack) live.set(start + id, stack);
      return id;
    };
    window[stop] = id => {
      live.delete(start + id);
      stopped.call(window, id);
    };
  };
  wrap('setTimeout', 'clearTimeout', true);
  wrap('setInterval', 'clearInterval', false);
  wrap('requestAnimationFrame', 'cancelAnimationFrame', true);
  window.ogaiTimers = () => [...live.values()];
}"""


@dataclass(frozen=True)
class Held:
    """How much of each a page holds, garbage left out."""

    listeners: int
    nodes: int
    timers: int


def watch_timers(page: Page) -> None:
    """Count timers from the next page on."""
    page.add_init_script(f"({_WATCH_TIMERS})()")


def held(page: Page) -> Held:
    """Return what a page holds whose timers were watched."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):  # what one round frees may hold the last of something else
        session.send("HeapProfiler.collectGarbage")
        time.sleep(0.1)
    metrics = {
        one["name"]: int(one["value"]) for one in session.send("Performance.getMetrics")["metrics"]
    }
    timers = page.evaluate("window.ogaiTimers().length")
    session.detach()
    return Held(metrics["JSEventListeners"], metrics["Nodes"], timers)


def still_running(page: Page) -> list[str]:
    """Return where the timers of ours were started that are still to come."""
    found: list[str] = page.evaluate("window.ogaiTimers()")
    return found
