"""How far a run is and how fast it goes, from the numbers that its job tells."""

from __future__ import annotations

import time

from ogai_lab.data.accounts import Pace, StagePace
from ogai_lab.data.types import DataRun
from ogai_lab.scheduler.spec import ModuleRun
from ogai_lab.scheduler.types import Job

_MB = 1e6
_HEAD = "stage_seconds/"


def pace(job: Job, run: DataRun, now: float | None = None) -> Pace:
    """Return the pace of the run that `job` makes.

    Parameters
    ----------
    job, run
        As they are now.
    now
        Unix seconds; those of the clock when left out.
    """
    ended = job.ended or (time.time() if now is None else now)
    seconds = None if job.started is None else max(1e-9, ended - job.started)
    read = run.read.bytes if run.read else 0
    workers = _workers(job)
    stages = _stages(job)
    kept = None
    if run.read and run.kept and run.read.documents:
        kept = run.kept.documents / run.read.documents
    return Pace(
        job=job.id,
        phase=run.phase,
        documents=run.read.documents if run.read else 0,
        bytes=read,
        seconds=seconds,
        workers=workers,
        speed=_overall(stages, read, seconds, workers),
        kept=kept,
        left=_left(job, seconds),
        stages=stages,
    )


def _stages(job: Job) -> list[StagePace]:
    names = [name.removeprefix(_HEAD) for name in job.metrics if name.startswith(_HEAD)]
    found = []
    for name in names:
        seconds, documents, size = (
            job.metrics.get(f"stage_{part}/{name}") or 0.0
            for part in ("seconds", "documents", "bytes")
        )
        speed = size / _MB / seconds if seconds > 0 and size else None
        found.append(
            StagePace(
                name=name, seconds=seconds, documents=int(documents), bytes=int(size), speed=speed
            )
        )
    return found


def _overall(
    stages: list[StagePace], read: int, seconds: float | None, workers: int
) -> float | None:
    """Return MB a second and core: of the work of all stages, or of the time on the clock."""
    busy = sum(stage.seconds for stage in stages)
    done = max((stage.bytes for stage in stages), default=0)
    if busy > 0 and done:
        return done / _MB / busy
    return read / _MB / seconds / workers if seconds and read else None


def _left(job: Job, seconds: float | None) -> float | None:
    progress = job.progress
    if job.state.final or progress is None or seconds is None:
        return None
    if not progress.steps or not progress.step:
        return None
    return seconds * (progress.steps - progress.step) / progress.step


def _workers(job: Job) -> int:
    run = job.spec.run
    args = run.args if isinstance(run, ModuleRun) else []
    return int(args[args.index("--workers") + 1]) if "--workers" in args else 1
