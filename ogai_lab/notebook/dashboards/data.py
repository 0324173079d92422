"""A data run for a wall or a lead: how far it is, where every document went, what was made.

The address says which: ``data?run=JOB&other=JOB``. What it leaves out is the newest; with `other`
the two runs stand side by side.
"""

from __future__ import annotations

import ipywidgets as w

from ogai_lab.commands.figures import NOTHING, duration, number, size
from ogai_lab.commands.forms import view_of
from ogai_lab.commands.views import View
from ogai_lab.core.errors import NotFound, OgaiError
from ogai_lab.data.accounts import Pace
from ogai_lab.data.types import DataRun
from ogai_lab.locale import _
from ogai_lab.notebook.dashboards.page import Page
from ogai_lab.notebook.dashboards.tiles import Tile, section, tiles

_RUNS = 8


class DataWall(Page):
    """One run of a pipeline, and the newest ones beside it."""

    def __init__(self) -> None:
        self._figures, self._body, self._report = w.HTML(), w.HTML(), w.HTML()
        self._reported: object = None
        super().__init__("data", _("Data"), self._figures, self._body, self._report)

    def refresh(self) -> None:
        """Show the run that the address asks for; its report anew only when there is another."""
        runs = self._workbench.data.runs(_RUNS)
        if not runs:
            told = _("No data run yet. Start one: ogai.data.run('web', 'crawl/*.warc.gz')")
            self._body.value = section(View("", ()), told)
            return
        run = self._asked(runs, "run") or runs[0]
        pace = self._workbench.data.pace(run.job)
        self._figures.value = tiles(_tiles(run, pace))
        parts = [section(View(run.name, view_of(pace).blocks[1:]))]
        parts += [section(View(_("Newest runs"), view_of(runs).blocks))]
        self._body.value = "".join(parts)
        other = self._asked(runs, "other")
        now = (run.manifest, other and other.manifest)
        if now != self._reported:
            self._report.value = self._made(run, other)
            self._reported = now

    def _asked(self, runs: list[DataRun], name: str) -> DataRun | None:
        job = self.asked(name)
        if not job:
            return None
        found = [run for run in [*runs, *self._workbench.data.runs(500)] if run.job == job]
        if not found:
            raise NotFound(
                _("There is no data run {job!r}.").format(job=job),
                action=_("The page's table has the newest runs; put one's job into the address."),
            )
        return found[0]

    def _made(self, run: DataRun, other: DataRun | None) -> str:
        if run.manifest is None:
            return ""
        data = self._workbench.data
        try:
            views = [view_of(data.funnel(run.manifest)), view_of(data.report(run.manifest))]
            if other is not None and other.manifest is not None:
                views.insert(0, view_of(data.compare(run.manifest, other.manifest)))
        except OgaiError as exc:
            return section(View("", ()), f"{exc.message} {exc.action}".strip())
        return "".join(section(View(view.title, view.blocks)) for view in views)


def _tiles(run: DataRun, pace: Pace) -> list[Tile]:
    left = NOTHING if pace.left is None else duration(pace.left)
    kept = NOTHING if pace.kept is None else f"{pace.kept:.1%}"
    return [
        Tile(run.state.value, _("state"), of=pace.phase or ""),
        Tile(f"{pace.documents:,}", _("documents"), of=size(pace.bytes)),
        Tile(kept, _("kept")),
        Tile(number(pace.speed), _("MB/s per core")),
        Tile(left, _("left")),
        Tile(f"{run.tokens:,}" if run.tokens else NOTHING, _("tokens")),
    ]
