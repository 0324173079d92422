"""The jobs on a wall: what runs and how far it is, what waits and why, how it ended."""

from __future__ import annotations

import time
from collections.abc import Sequence

import ipywidgets as w

from ogai_lab.commands.curves import Curves
from ogai_lab.commands.figures import NOTHING, ago, duration
from ogai_lab.commands.forms.jobs import job_size, progress_meter, state_badge
from ogai_lab.commands.text import plain
from ogai_lab.commands.views import Column, Table, View
from ogai_lab.locale import _
from ogai_lab.locale.sentences import said
from ogai_lab.notebook.dashboards.page import Page
from ogai_lab.notebook.dashboards.tiles import Tile, section, tiles
from ogai_lab.notebook.widgets.chart import CurveChart
from ogai_lab.scheduler.types import Job, JobState

_GOING = [JobState.RUNNING, JobState.STARTING, JobState.STOPPING]
_ENDED = [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED]
_SHOWN = 12
_CURVES = 6
_POINTS = 400
_DAY = 86_400.0
_COUNTED = 500


class JobsWall(Page):
    """Running, waiting and ended jobs, live, with their curves over each other."""

    def __init__(self) -> None:
        self._tiles, self._going = w.HTML(), w.HTML()
        self._waiting, self._ended = w.HTML(), w.HTML()
        self._chart = CurveChart(height=300)
        self._chart.add_class("og-part")
        below = w.Box([self._waiting, self._ended])
        below.add_class("og-columns")
        super().__init__("jobs", _("Jobs"), self._tiles, self._going, self._chart, below)

    def refresh(self) -> None:
        """Show the jobs as they are now."""
        scheduler = self._workbench.scheduler
        going = scheduler.jobs(state=_GOING, limit=_SHOWN)
        waiting = scheduler.jobs(state=[JobState.QUEUED], limit=_COUNTED)
        ended = scheduler.jobs(state=_ENDED, limit=_COUNTED)
        today = [job for job in ended.items if (job.ended or 0) > time.time() - _DAY]
        counts = {state: sum(job.state is state for job in today) for state in _ENDED}
        self._tiles.value = tiles(_figures(going.total, waiting.total, counts))
        self._going.value = section(going_view(going.items))
        self._waiting.value = section(waiting_view(waiting.items))
        self._ended.value = section(ended_view(today or ended.items))
        curves = self._curves(going.items or ended.items[:_CURVES])
        self._chart.show(curves)
        self._chart.layout.display = "" if curves else "none"

    def _curves(self, jobs: Sequence[Job]) -> dict[str, dict[str, Sequence[tuple[float, float]]]]:
        found: dict[str, dict[str, Sequence[tuple[float, float]]]] = {}
        names: list[str] = []
        for job in jobs[:_CURVES]:
            label = f"{job.name} ({job.id})" if job.name in names else job.name
            names.append(job.name)
            curves = Curves()
            curves.add_points(self._workbench.scheduler.metrics(job.id, points=_POINTS))
            for name in curves.names():
                found.setdefault(name, {})[label] = curves.curve(name)
        return dict(sorted(found.items(), key=lambda item: "loss" not in item[0].lower()))


def going_view(jobs: Sequence[Job]) -> View:
    """Return the jobs that run."""
    columns = (
        Column(_("Name")),
        Column(_("State")),
        Column(_("Size")),
        Column(_("Progress")),
        Column(_("Running for"), right=True),
        Column(_("Owner")),
    )
    rows = tuple(
        (
            job.name,
            state_badge(job.state),
            job_size(job),
            progress_meter(job.progress, job.state) if job.progress else NOTHING,
            duration(time.time() - job.started) if job.started else NOTHING,
            job.owner,
        )
        for job in jobs
    )
    table = Table(_("Running"), columns, rows, empty=_("No job runs now."))
    return View(_("Running"), (table,))


def waiting_view(jobs: Sequence[Job]) -> View:
    """Return the jobs that wait, the next first, and why."""
    ordered = sorted(jobs, key=lambda job: (job.queue_position or len(jobs), job.created))
    columns = (Column(_("No."), right=True), Column(_("Name")), Column(_("Why")))
    rows = tuple(
        (str(job.queue_position or NOTHING), job.name, said(plain(job.reason)) or NOTHING)
        for job in ordered[:_SHOWN]
    )
    table = Table(_("Waiting"), columns, rows, empty=_("No job waits."), note=_more(jobs))
    return View(_("Waiting"), (table,))


def ended_view(jobs: Sequence[Job]) -> View:
    """Return the jobs that ended, the last first."""
    ordered = sorted(jobs, key=lambda job: -(job.ended or 0))
    columns = (Column(_("State")), Column(_("Name")), Column(_("Ended"), right=True))
    rows = tuple(
        (state_badge(job.state), job.name, ago(job.ended) if job.ended else NOTHING)
        for job in ordered[:_SHOWN]
    )
    empty = _('No job has ended yet. Start one: ogai.run("train.py")')
    table = Table(_("Ended"), columns, rows, empty=empty, note=_more(jobs))
    return View(_("Ended"), (table,))


def _figures(going: int, waiting: int, ended: dict[JobState, int]) -> list[Tile]:
    failed = ended[JobState.FAILED]
    return [
        Tile(f"{going:,}", _("Running"), "", "busy", "▶"),
        Tile(f"{waiting:,}", _("Waiting"), "", "warn" if waiting else "plain", "◔"),
        Tile(f"{ended[JobState.SUCCEEDED]:,}", _("Succeeded"), _("in 24 hours"), "good", "✔"),
        Tile(f"{failed:,}", _("Failed"), _("in 24 hours"), "bad" if failed else "plain", "✖"),
    ]


def _more(jobs: Sequence[Job]) -> str:
    more = len(jobs) - _SHOWN
    return _("and {count} more").format(count=f"{more:,}") if more > 0 else ""
