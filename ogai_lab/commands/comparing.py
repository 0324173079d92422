"""A comparison, with the evaluations that it still needs run first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ogai_lab.core.errors import Conflict, NotFound, OgaiError
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Job, JobState

if TYPE_CHECKING:
    from ogai_lab.models.types import Comparison
    from ogai_lab.workbench import Workbench

Follow = Callable[[list[Job]], None]
"""Waits until the jobs are over, showing them if it can."""


def compare(
    workbench: Workbench,
    name: str,
    revision: str,
    other: str,
    data: str | None = None,
    follow: Follow | None = None,
) -> Comparison:
    """Compare two versions of a model on the same held-out data.

    Parameters
    ----------
    workbench
        Whom to ask.
    name, revision, other
        The model and its two versions.
    data
        The digest of the manifest; the newest data run's when left out.
    follow
        Waits for the evaluations, which run as jobs; the default says nothing.

    Raises
    ------
    NotFound
        When there is no such version, or no data.
    Conflict
        When an evaluation failed.
    """
    digest = data or newest_manifest(workbench)
    jobs = []
    for each in (revision, other):
        known = [e for e in workbench.models.evaluations(name, each) if e.data == digest]
        if any(evaluation.state == "done" for evaluation in known):
            continue
        going_on = [evaluation.job for evaluation in known if evaluation.state == "running"]
        if going_on:
            jobs.append(workbench.scheduler.job(going_on[0]))
        else:
            jobs.append(workbench.models.evaluate(name, each, digest, Caller.local()))
    if jobs:
        (follow or _wait_silently(workbench))(jobs)
        for job in jobs:
            _check(workbench.scheduler.job(job.id))
    return workbench.models.compare(name, revision, other, digest)


def newest_manifest(workbench: Workbench) -> str:
    """Return the manifest of the newest data run that has one.

    Raises
    ------
    NotFound
        When no data were prepared yet.
    """
    for run in workbench.data.runs():
        if run.manifest:
            return str(run.manifest)
    raise NotFound(
        _("There are no prepared data to compare on."),
        action=_("Prepare some with ogai.prepare(pipeline), or give data=manifest."),
    )


def job_error(job: Job) -> OgaiError | None:
    """Return what is to be raised for a job that did not succeed."""
    if job.state is JobState.SUCCEEDED or not job.state.final:
        return None
    exit_ = job.exit
    last = "\n".join(exit_.tail[-10:]) if exit_ else ""
    default = _("See why: ogai explain {job}").format(job=job.id)
    word = _("was cancelled") if job.state is JobState.CANCELLED else _("failed")
    message = _("The job {name} ({id}) {word}.").format(name=job.name, id=job.id, word=word)
    if exit_ is None or exit_.kind is ExitKind.CANCELLED:
        return Conflict(message, cause=job.reason, action=default)
    cause = exit_.message + (f"\n{last}" if last else "")
    return Conflict(message, cause=cause, action=exit_.action or default)


def _check(job: Job) -> None:
    error = job_error(job)
    if error is not None:
        raise error


def _wait_silently(workbench: Workbench) -> Follow:
    def wait(jobs: list[Job]) -> None:
        for job in jobs:
            while not workbench.scheduler.job(job.id).state.final:
                for _chunk in workbench.scheduler.follow(job.id, tail=1):
                    pass
                time.sleep(0.05)  # the last record may come a moment before the last state

    return wait
