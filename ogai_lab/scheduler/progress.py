"""How far a job is, from the steps that it reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ogai_lab.scheduler.types import Progress


def progress_of(report: Mapping[Any, Any], now: float | None) -> Progress | None:
    """Return the progress that a job's report tells, None where it tells none.

    Parameters
    ----------
    report
        `step` and `step_time`, the newest; `first_step` and `first_time`, the first of the
        current attempt; `steps`, how many there will be. Times in seconds.
    now
        The time, for a job that runs; None leaves out how long it will take.
    """
    if report["step"] is None:
        return None
    step, steps = int(report["step"]), report["steps"]
    left = None
    first, since = report["first_step"], report["first_time"]
    if now is not None and steps is not None and first is not None and step > first:
        seconds_a_step = max(0.0, report["step_time"] - since) / (step - first)
        waited = max(0.0, now - report["step_time"])
        left = max(0.0, (steps - step) * seconds_a_step - waited)
    return Progress(step=step, steps=steps, seconds_left=left)
