"""Take the pictures of the tour again: ``python -m tests.browser.tour``.

What they show was made by `tour_home` (some minutes, kept for the next time) and by
a simulated rack of 1,000 nodes. ``docs/tour.md`` says what is on them.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as Late

from . import big_home, tour_home
from .accessibility import use_theme
from .lab import CHROMIUM, PATIENCE, ROOT, TOKEN, Lab, chromium_path

PICTURES = ROOT / "docs" / "images" / "tour"
MADE = Path(tempfile.gettempdir()) / "ogai-tour"
_COLOURS = 200
_LIGHT, _DARK = "JupyterLab Light", "JupyterLab Dark"
_RUNS = "i=0; while :; do echo step $i; i=$((i+1)); sleep 1; done"
_NOTEBOOK = """\
{"cells": [{"cell_type": "code", "execution_count": null, "id": "one", "metadata": {},
"outputs": [], "source": "import ogai_lab as ogai\\n\\nogai.machine()"},
{"cell_type": "code", "execution_count": null, "id": "two", "metadata": {}, "outputs": [],
"source": "ogai.jobs()"}],
"metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
"nbformat": 4, "nbformat_minor": 5}
"""


class Camera:
    """Takes pictures of one workbench."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        self._lab = lab
        self.missed: list[str] = []
        context = browser.new_context(viewport={"width": 1360, "height": 850}, locale="en-US")
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()

    def start(self, theme: str = _LIGHT, path: str = "lab") -> None:
        """Open the workbench anew, with the sidebar."""
        self._lab.open(self.page, path)
        use_theme(self.page, theme)
        self.page.get_by_role("tab", name="OGAI Lab").click()
        self.page.wait_for_selector("[data-job-id]")

    def run(self, command: str, args: dict[str, Any]) -> None:
        """Carry out a command of the workbench."""
        self.page.evaluate(
            "([id, args]) => { window.jupyterapp.commands.execute(id, args); }", [command, args]
        )

    def tab(self, kind: str, id_: str = "", **more: str) -> None:
        """Show one tab alone."""
        self.page.evaluate(
            "() => [...window.jupyterapp.shell.widgets('main')].forEach(tab => tab.close())"
        )
        self.run("ogai:open", {"kind": kind, **({"id": id_} if id_ else {}), **more})
        self.page.wait_for_selector(".jp-ogai-Tab-content")

    def shoot(self, name: str, ready: str | None = None) -> None:
        """Take a picture when the selector `ready` is there and nothing moves any more."""
        try:
            self.page.wait_for_selector(ready or "body", state="visible" if ready else "attached")
        except Late as exc:
            self.missed.append(f"{name}: {exc.message.splitlines()[0]}")
            return
        last = b""
        for _ in range(4):  # a running job's seconds never stand still
            self.page.wait_for_timeout(1000)
            seen = self.page.screenshot(animations="disabled", caret="hide")
            if seen == last:
                break
            last = seen
        picture = Image.open(io.BytesIO(seen)).convert("RGB")
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(
            PICTURES / f"{name}.png", optimize=True
        )


def fit(lab: Lab) -> str:
    """Fit a curve once more, in a folder that is the tour's own; return the job.

    The trainings run in the folder of OGAI Lab: what they were asked for names a machine's paths.
    """
    folder = MADE / "curve"
    folder.mkdir(exist_ok=True)
    (folder / "fit.py").write_text(tour_home.LEARN)
    run = {"kind": "script", "path": "fit.py", "args": ["0.1", "3"]}
    labels = {"rate": "0.1"}
    job = lab.submit(
        "fit-0.1-3", "", run=run, workdir=str(folder), python="python", cpus=0.5, labels=labels
    )
    lab.wait(job, "succeeded")
    return job


def small_project(camera: Camera, lab: Lab) -> None:
    """Everything on one machine: a job's tab, comparing, launching, notebooks."""
    with lab.api() as api:
        found = api.get("/scheduler/jobs?limit=50").json()["items"]
    jobs = {job["name"]: job["id"] for job in found}
    fits, failed = [jobs["fit-0.2-1"], jobs["fit-0.2-2"]], jobs["fit-9-1"]
    trained = next(id_ for name, id_ in jobs.items() if name.startswith("train "))
    plain = fit(lab)
    lab.wait(lab.submit("count", _RUNS), "running")
    waits = lab.submit("sweep", "true", cpus=float(os.cpu_count() or 1))
    camera.start()
    camera.shoot("sidebar")
    camera.tab("job", trained, pane="curves")
    camera.shoot("job-curves", ".u-wrap, .jp-ogai-Chart canvas")
    camera.tab("job", fits[1], pane="logs")
    camera.shoot("job-logs", ".cm-line")
    camera.tab("job", failed, pane="explain")
    camera.shoot("job-explain-failed", ".jp-ogai-Explain-summary")
    camera.tab("job", waits, pane="explain")
    camera.shoot("job-explain-waiting", ".jp-ogai-Explain-summary")
    for pane, of, ready in (
        ("timeline", trained, None),
        ("spec", plain, ".jp-ogai-Spec-tree"),
        ("code", plain, ".jp-ogai-Code-section"),
        ("usage", trained, None),
    ):
        camera.tab("job", of, pane=pane)
        if pane == "code":
            camera.page.get_by_text("fit.py", exact=True).first.click()
        camera.shoot(f"job-{pane}", ready)
    camera.tab("compare", "model:ogai/quickstart@v1,model:ogai/quickstart@v2")
    camera.shoot("compare-models")
    camera.tab("compare", ",".join(f"job:{id_}" for id_ in fits))
    camera.shoot("compare-jobs")
    camera.tab("launch", **{"from": plain})
    camera.shoot("launch", ".jp-ogai-Preview pre")
    lab.cancel_all()  # what waits for the whole machine would hold up what comes after


def notebook(camera: Camera, lab: Lab) -> None:
    """Show a notebook with a job in a cell, and what runs beside it."""
    (lab.notebooks / "experiment.ipynb").write_text(_NOTEBOOK)
    lab.wait(lab.submit("count-on", _RUNS), "running")
    camera.start(path="lab/tree/experiment.ipynb")
    camera.page.get_by_text("| Idle").wait_for()
    camera.page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    for _ in range(2):
        camera.page.keyboard.press("Shift+Enter")
    camera.shoot("notebook", ".jp-Cell:nth-child(2) .jp-OutputArea-output")
    camera.page.get_by_role("tab", name="Running Terminals and Kernels").click()
    camera.shoot("running", ".jp-ogai-RunningJob")


def dashboards(camera: Camera, lab: Lab) -> None:
    """Show the pages for a wall."""
    for name in ("jobs", "cluster"):
        camera.page.goto(f"{lab.url}ogai/dashboards/{name}?token={TOKEN}")
        camera.page.wait_for_load_state("load")
        camera.shoot(f"dashboard-{name}", "text=Live")


def cluster(camera: Camera) -> None:
    """Show a thousand nodes."""
    camera.start()
    camera.tab("map")
    camera.shoot("map", ".jp-ogai-Map-canvas canvas")
    camera.page.get_by_role("button", name="Table").click()
    camera.shoot("map-table", "[role=grid], table")
    camera.tab("node", "r01n01")
    camera.shoot("node", ".jp-ogai-NodeTab h2")
    camera.tab("map")
    use_theme(camera.page, _DARK)
    camera.page.get_by_label("Colour").select_option(label="Temperature")
    camera.shoot("map-dark", ".jp-ogai-Map-canvas canvas")


def chinese(camera: Camera, lab: Lab) -> None:
    """Show a job's tab in Chinese, in the dark theme."""
    with lab.api() as api:
        id_ = api.get("/scheduler/jobs?state=succeeded&name=fit").json()["items"][0]["id"]
    lab.set("@jupyterlab/translation-extension", "plugin", {"locale": "zh_CN"})
    camera.start(_DARK)
    camera.tab("job", id_, pane="curves")
    camera.shoot("chinese", ".u-wrap, .jp-ogai-Chart canvas")


def wanted(part: str) -> bool:
    """Return whether a part of the tour was asked for, by name or by naming none."""
    return len(sys.argv) < 2 or part in sys.argv[1:]


def home() -> Path:
    """Return the home of the small project, made where it is not there yet."""
    if not (MADE / "done").exists():
        shutil.rmtree(MADE, ignore_errors=True)
        MADE.mkdir(parents=True)
        command = [sys.executable, "-m", "tests.browser.tour_home"]
        subprocess.run(command, check=True, env=os.environ | {"OGAI_HOME": str(MADE / "home")})
        (MADE / "done").touch()
    return MADE / "home"


@contextlib.contextmanager
def running(lab: Lab, fill: Callable[[Path], object]) -> Iterator[Lab]:
    """Start a server on a home that `fill` writes, in a new folder."""
    shutil.rmtree(lab.folder, ignore_errors=True)
    fill(lab.home)
    lab.start()
    try:
        yield lab
    finally:
        lab.stop()


def main() -> None:
    """Take every picture, or those of the named parts; say which could not be taken."""
    made = home()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*CHROMIUM])
        with running(Lab(MADE / "small"), lambda home: shutil.copytree(made, home)) as small:
            camera = Camera(browser, small)
            lab_parts = {
                "project": small_project,
                "notebook": notebook,
                "dashboards": dashboards,
                "chinese": chinese,
            }
            for name, part in lab_parts.items():
                if wanted(name):
                    part(camera, small)
            small.cancel_all()
        with running(Lab(MADE / "big", environment=big_home.ENVIRONMENT), big_home.fill) as big:
            far = Camera(browser, big)
            if wanted("cluster"):
                cluster(far)
        browser.close()
    if missed := [*camera.missed, *far.missed]:
        sys.exit("\n".join(["Not taken:", *missed]))


if __name__ == "__main__":
    main()
