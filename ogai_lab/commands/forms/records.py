"""How what a job says, its lines and its numbers, is shown."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.commands.curves import Curves
from ogai_lab.commands.figures import number
from ogai_lab.commands.views import Facts, Lines, Note, View
from ogai_lab.locale import _
from ogai_lab.scheduler.types import LogChunk, MetricPoint, Record


def records_view(records: Sequence[Record], title: str = "") -> View:
    """Return what a job said, each line with its rank where there are several."""
    several = len({record.rank for record in records}) > 1
    lines = tuple(record_line(record, with_rank=several) for record in records)
    block = Lines(_("log"), lines) if lines else Note(_("Nothing was printed yet."))
    return View(title, (block,))


def chunk_view(chunk: LogChunk) -> View:
    """Return a part of a job's log."""
    return records_view(chunk.records)


def record_line(record: Record, *, with_rank: bool = False) -> str:
    """Return one record as a line; `with_rank` says whose it is."""
    if record.kind == "metric":
        shown = {n: v for n, v in (record.metrics or {}).items() if not n.startswith("stage_")}
        values = " ".join(f"{n}={number(v)}" for n, v in shown.items())
        line = values if record.step is None else f"step {record.step} {values}"
    elif record.kind == "event":
        extra = record.model_extra or {}
        facts = " ".join(f"{name}={value}" for name, value in extra.items() if value is not None)
        line = f"[{record.name}] {facts}".rstrip()
    else:
        line = record.text or ""
    return f"[{record.rank}] {line}" if with_rank and record.rank >= 0 else line


def metrics_view(points: Sequence[MetricPoint], title: str = "") -> View:
    """Return the curves of a job."""
    curves = Curves()
    curves.add_points(points)
    if not curves.names():
        hint = _('No numbers were reported yet. In the job: ogai_lab.log({"loss": x}, step=n)')
        return View(title, (Note(hint),))
    single = tuple(
        (name, number(curves.curve(name)[-1][1]))
        for name in curves.names()
        if curves.chart(name) is None
    )
    return View(title, (*curves.charts(), *([Facts(single)] if single else [])))
