"""A workbench in Chromium, and what can be measured of it.

Shared by the benchmarks of the front end. The workbench is the one of the browser tests.
"""

from __future__ import annotations

import contextlib
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.browser.lab import CHROMIUM, Lab, chromium_path

__all__ = ["Frames", "Meter", "browser", "frames", "lab", "until", "window"]

_RECORD = """async ([seconds, step]) => {
  const move = step ? eval(step) : () => undefined;
  const times = [];
  await new Promise(done => {
    const start = performance.now();
    const next = now => {
      times.push(now);
      move((now - start) / (seconds * 1000), times.length);
      now - start < seconds * 1000 ? requestAnimationFrame(next) : done();
    };
    requestAnimationFrame(next);
  });
  return times;
}"""


@contextlib.contextmanager
def lab(
    fill: Callable[[Path], None] | None = None,
    *,
    options: tuple[str, ...] = (),
    extensions: tuple[str, ...] | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[Lab]:
    """Start a workbench of its own.

    Parameters
    ----------
    fill
        Writes the home before the server starts.
    options
        Of the server's command line.
    extensions
        The prebuilt front ends that are loaded; those of the browser tests when left out.
    environment
        Further variables of the server's environment.
    """
    with tempfile.TemporaryDirectory(prefix="ogai-bench-", ignore_cleanup_errors=True) as folder:
        made = Lab(Path(folder), options=options, environment=environment or {})
        if extensions is not None:
            made.extensions = extensions
        if fill is not None:
            fill(made.home)
        made.start()
        try:
            yield made
            if not environment:  # a simulated rack has nothing that could be ended
                made.cancel_all()
        finally:
            made.stop()


@contextlib.contextmanager
def browser(*arguments: str) -> Iterator[Browser]:
    """Start the system's Chromium, which tells exact times and exact memory."""
    exact = ("--enable-precise-memory-info", "--js-flags=--expose-gc")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*CHROMIUM, *exact, *arguments]
        )
        yield started
        started.close()


@contextlib.contextmanager
def window(chromium: Browser) -> Iterator[Page]:
    """Open a window with an empty cache, of the size of a laptop's."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def until(page: Page, expression: str, start: str = "performance.now()") -> float:
    """Return after how many seconds the JavaScript `expression` is true, seen frame by frame.

    `start` is evaluated in the page first, and its value is when the time begins to run, in
    milliseconds of `performance.now()`; it may do something first: `(open(), performance.now())`.
    The time ends when the frame that shows it has been drawn.
    """
    milliseconds: float = page.evaluate(
        f"""() => new Promise((done, fail) => {{
          const start = {start};
          const look = () => {{
            if ({expression}) {{
              requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
            }} else if (performance.now() - start > 60000) {{
              fail(new Error('not true within a minute: ' + {expression!r}));
            }} else {{
              requestAnimationFrame(look);
            }}
          }};
          look();
        }})"""
    )
    return milliseconds / 1000


@dataclass(frozen=True)
class Frames:
    """How smooth something was: frames a second, and the seconds that the frames were apart."""

    rate: float
    p99: float
    longest: float


def frames(page: Page, seconds: float, step: str = "") -> Frames:
    """Count the frames of `seconds`.

    `step` is the source of a JavaScript function that is called before every frame with the share
    of the time that has passed and the number of the frame; it moves what is to be drawn.
    """
    times: list[float] = page.evaluate(_RECORD, [seconds, step])
    apart = [(later - one) / 1000 for one, later in itertools.pairwise(times)]
    return Frames(
        rate=len(apart) / sum(apart),
        p99=statistics.quantiles(apart, n=100)[98],
        longest=max(apart),
    )


class Meter:
    """What a page costs, as Chromium counts it: from now, or from the next page on."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        # CPU time: what another program did meanwhile is not the page's.
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _read(self) -> dict[str, float]:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in found}

    @property
    def scripting(self) -> float:
        """CPU seconds of JavaScript."""
        return self._read()["ScriptDuration"]

    @property
    def busy(self) -> float:
        """CPU seconds of the page's main thread."""
        return self._read()["TaskDuration"]

    @property
    def listeners(self) -> int:
        """Event listeners that are alive, garbage left out."""
        self._collect()
        return int(self._read()["JSEventListeners"])

    @property
    def nodes(self) -> int:
        """DOM nodes that are alive, garbage left out."""
        self._collect()
        return int(self._read()["Nodes"])

    @property
    def heap(self) -> float:
        """Bytes of JavaScript that are alive, garbage left out."""
        self._collect()
        return self._read()["JSHeapUsedSize"]

    def _collect(self) -> None:
        for _ in range(3):  # what one round frees may hold the last of something else
            self._session.send("HeapProfiler.collectGarbage")
            time.sleep(0.1)
