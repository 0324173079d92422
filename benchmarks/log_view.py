"""1,000,000 log lines in Chromium: opened, found in, followed; against JupyterLab's file editor.

A real job prints the lines. The peer opens the same lines as a file in JupyterLab's editor in the
same window, and looks for the same word with its search.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.lab import Lab, chromium_path

LINES = 1_000_000
RATE, SECONDS = 5_000, 60
_PRINT = f"""
for k in range({LINES}):
    print(f"step {{k}} loss={{1 / (k + 1):.6f}} lr=0.0003 tokens/s={{k * 7919 % 90000}} INFO usual")
"""
_TALK = f"""
import time
start, said = time.monotonic(), 0
while said < {RATE * SECONDS}:
    due = min({RATE * SECONDS}, int((time.monotonic() - start) * {RATE}))
    if due > said:
        print("\\n".join(f"line {{k}} of a job that talks" for k in range(said, due)), flush=True)
        said = due
    time.sleep(0.01)
"""
_FRAMES = """() => {
  const seen = window.ogaiFrames = { longest: 0, last: performance.now(), frames: 0 };
  const frame = now => {
    seen.longest = Math.max(seen.longest, now - seen.last);
    seen.last = now;
    seen.frames++;
    seen.going = requestAnimationFrame(frame);
  };
  seen.going = requestAnimationFrame(frame);
}"""
_COUNT = """() => {
  // The widget of the pane: what it was told of lines, in order.
  const find = widget => {
    if (widget.window?.lines) return widget;
    for (const child of widget.children?.() ?? []) {
      const found = find(child);
      if (found) return found;
    }
  };
  const pane = find(window.jupyterapp.shell.currentWidget);
  const told = window.ogaiTold = { count: 0, gaps: 0, last: -1 };
  const take = lines => {
    for (const { text } of lines) {
      const number = Number(/^line (\\d+) /.exec(text)?.[1] ?? NaN);
      if (!Number.isNaN(number)) {
        told.gaps += told.count === 0 || number === told.last + 1 ? 0 : 1;
        told.last = number;
        told.count++;
      }
    }
  };
  take(pane.window.lines);
  pane.window.changed.connect((_, change) => take(change.end));
}"""


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        lab.start()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(600_000)
        try:
            job = _job(lab, "million", _PRINT)
            lab.wait(job, "succeeded")
            lab.open(page)
            ours = _ours(page, job)
            followed = _followed(lab, page)
            print(ours, followed, flush=True)
            peer = _peer(lab, page)
        finally:
            lab.cancel_all()
            browser.close()
            lab.stop()
    rows = {
        "open at the end": (ours["open"], peer["open"], "< 0.5 s"),
        "find in all, first": (ours["first"], None, "-"),
        "find in all, done": (ours["search"], peer["search"], "< 2 s"),
        "a pattern in all, done": (ours["pattern"], None, "< 2 s"),
    }
    print(f"{LINES} lines            ours      file editor   bar")
    for what, (mine, theirs, bar) in rows.items():
        other = "-" if theirs is None else f"{theirs:6.2f} s"
        print(f"{what:24} {mine:6.2f} s   {other:>9}   {bar}")
    print(f"{'heap that it takes':24} {ours['heap']:6.0f} MB {peer['heap']:8.0f} MB   < 200 MB")
    told, frames = followed
    print(
        f"{RATE} lines/s for {SECONDS} s: {told['count']} lines from the first seen to the last, "
        f"{told['gaps']} gaps, longest frame {frames['longest']:.0f} ms, "
        f"{frames['frames'] / SECONDS:.0f} frames/s   bar: all, none, 100 ms"
    )
    print(f"ratio: {ours['open'] / peer['open']:.2f}")


def _job(lab: Lab, name: str, program: str) -> str:
    script = lab.folder / f"{name}.py"
    script.write_text(program)
    return lab.submit(name, f"python {script}")


def _ours(page: Page, job: str) -> dict[str, float]:
    _open(page, job)  # once, so that the program itself is loaded, as in a session it is
    page.evaluate("() => window.jupyterapp.shell.currentWidget.close()")
    before = _heap(page)
    start = time.perf_counter()
    _open(page, job)
    page.wait_for_function(
        f"() => document.querySelector('.jp-ogai-Log .cm-content')?.innerText"
        f".includes('step {LINES - 1} ')"
    )
    figures = {"open": time.perf_counter() - start}
    page.locator(".jp-ogai-Log .cm-content").click()
    page.keyboard.press("Control+f")
    count = page.locator(".jp-ogai-FindBar-count")
    box = page.get_by_role("textbox", name="Find in all lines")
    start = time.perf_counter()
    box.fill("step 99999")
    box.press("Enter")
    page.wait_for_function(
        "() => /[1-9]/.test(document.querySelector('.jp-ogai-FindBar-count').innerText)"
    )
    figures["first"] = time.perf_counter() - start
    count.filter(has_text="of 11 lines").wait_for()
    figures["search"] = time.perf_counter() - start
    page.get_by_role("button", name="Regular expression").click()
    start = time.perf_counter()
    box.fill("^step \\d+99 .*usual$")
    box.press("Enter")
    count.filter(has_text="of 9,999 lines").or_(count.filter(has_text="of 10,000 lines")).wait_for()
    figures["pattern"] = time.perf_counter() - start
    figures["heap"] = _heap(page) - before
    page.evaluate("() => window.jupyterapp.shell.currentWidget.close()")
    return figures


def _open(page: Page, job: str) -> None:
    page.evaluate("id => window.jupyterapp.commands.execute('ogai:open-log', { id })", job)
    page.locator(".jp-ogai-Log .cm-line").first.wait_for()


def _peer(lab: Lab, page: Page) -> dict[str, float]:
    text = "".join(
        f"step {k} loss={1 / (k + 1):.6f} lr=0.0003 tokens/s={k * 7919 % 90000} INFO usual\n"
        for k in range(LINES)
    )
    (lab.notebooks / "million.txt").write_text(text)
    before = _heap(page)
    start = time.perf_counter()
    page.evaluate(
        """async () => {
          const app = window.jupyterapp;
          const widget = await app.commands.execute(
            'docmanager:open', { path: 'million.txt', factory: 'Editor' });
          await widget.context.ready;
          const { editor } = widget.content;
          editor.setCursorPosition({ line: editor.lineCount - 2, column: 0 });
        }"""
    )
    last = page.locator(".jp-FileEditor .cm-content").filter(has_text=f"step {LINES - 1} ")
    last.wait_for()
    figures = {"open": time.perf_counter() - start}
    page.locator(".jp-FileEditor .cm-content").click()
    page.keyboard.press("Control+f")
    box = page.locator(".jp-DocumentSearch-input").first
    start = time.perf_counter()
    box.fill("step 99999")
    page.wait_for_function(
        "() => /\\/11$/.test(document.querySelector('.jp-DocumentSearch-index-counter')?.innerText)"
    )
    figures["search"] = time.perf_counter() - start
    figures["heap"] = _heap(page) - before
    page.keyboard.press("Escape")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.close()")
    return figures


def _followed(lab: Lab, page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    job = _job(lab, "talks", _TALK)
    lab.wait(job, "running")
    _open(page, job)
    page.evaluate(_COUNT)
    page.evaluate(_FRAMES)
    page.locator(".cm-line").filter(has_text=f"line {RATE * SECONDS - 1} of").wait_for()
    frames: dict[str, Any] = page.evaluate(
        "() => { cancelAnimationFrame(window.ogaiFrames.going); return window.ogaiFrames; }"
    )
    told: dict[str, Any] = page.evaluate("() => window.ogaiTold")
    return told, frames


def _heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return used


if __name__ == "__main__":
    main()
