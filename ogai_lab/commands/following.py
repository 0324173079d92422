"""Following a job in a terminal until it ends; Ctrl-C leaves it running."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any, Literal

from ogai_lab.commands.text import plain
from ogai_lab.commands.text import text as view_text
from ogai_lab.commands.views import Text, View
from ogai_lab.locale import _
from ogai_lab.scheduler.types import Job, JobState, LogChunk, Record

if TYPE_CHECKING:
    from ogai_lab.workbench import Workbench

How = Literal["text", "json", "silent"]
_SETTLE_SECONDS = 5.0
_LOOK_SECONDS = 0.05


def follow(
    workbench: Workbench,
    job: Job,
    *,
    rank: int | None = None,
    tail: int | None = None,
    how: How = "text",
) -> Job | None:
    """Print what a job says until it is over, and return it; None when the user went away."""
    several = job.spec.world_size > 1 and rank is None
    try:
        kinds = ["text", "metric"]
        for chunk in workbench.scheduler.follow(job.id, rank=rank, tail=tail, kind=kinds):
            for record in () if how == "silent" else chunk.records:
                if how == "json":
                    print(record.model_dump_json(exclude_none=True), flush=True)
                else:
                    _print(record, several)
        return settled(workbench, job.id)
    except KeyboardInterrupt:
        print(leaving(workbench.scheduler.job(job.id)), file=sys.stderr)
        return None


def settled(workbench: Workbench, job_id: str) -> Job:
    """Return a job whose log has ended, with its last state: the log may be a moment ahead."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        job = workbench.scheduler.job(job_id)
        if job.state.final or time.monotonic() > deadline:
            return job
        time.sleep(_LOOK_SECONDS)


def leaving(job: Job) -> str:
    """Say that a job goes on without its watcher, and how to come back to it."""
    lines = [
        _("The job {id} goes on.").format(id=job.id),
        _("  follow it: ogai logs -f {id}").format(id=job.id),
        _("  end it:    ogai cancel {id}").format(id=job.id),
    ]
    if job.state is JobState.QUEUED:
        lines.append(waits_for_leader())
    return "\n".join(lines)


def waits_for_leader() -> str:
    """Say what a queued job needs when no server runs."""
    return _(
        "It is queued: it starts when a Jupyter server, a notebook or an ogai command with "
        "OGAI Lab runs on this machine."
    )


def will_start(workbench: Workbench, job: Job) -> Job:
    """Give a job that was just submitted the moment it needs to start, and say if it must wait."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while job.state is JobState.QUEUED and not job.reason and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        job = workbench.scheduler.job(job.id)
    if job.state is JobState.QUEUED:
        print(waits_for_leader(), file=sys.stderr)
    return job


def show(value: Any, asked: str, *, as_json: bool) -> None:
    """Print a noun, or a list of nouns, that the verb `asked` for."""
    if as_json:
        from pydantic_core import to_jsonable_python

        print(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))
        return
    if isinstance(value, Text):
        print(value, end="")
        return
    from ogai_lab.commands.forms import view_of

    if isinstance(value, LogChunk):
        several = len({record.rank for record in value.records}) > 1
        for record in value.records:
            _print(record, several)
        return
    print(view_text(value if isinstance(value, View) else view_of(value, asked)))


def _print(record: Record, several: bool) -> None:
    from ogai_lab.commands.forms.records import record_line

    stream = sys.stderr if record.stream == "stderr" else sys.stdout
    line = record_line(record, with_rank=several)
    print(line if stream.isatty() else plain(line), file=stream, flush=True)
