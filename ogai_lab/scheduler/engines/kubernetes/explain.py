"""Why a job of a cluster is where it is, and what would change that. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator

from ogai_lab.scheduler.engines.kubernetes import queueing, sight, stalls, whatif
from ogai_lab.scheduler.engines.kubernetes.picture import Picture
from ogai_lab.scheduler.engines.kubernetes.problems import Problem
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Explanation, Job, JobState, Reason

_SHOWN = 100
_BRIEF = 10.0
"""Seconds for which a watch may be away: it is resumed in less."""

_OF_ITS_QUEUE = {"queue_inactive", "no_local_queue", "no_cluster_queue", "namespace_not_taken"}
_OF_ITS_SIZE = {
    *("quota", "quota_too_small", "quota_zero", "borrowing_limit", "behind_others", "preempted"),
    *("topology", "topology_unknown", "nodes_full", "flavor", "taint", "resource_not_covered"),
    *("no_node_fits", "no_node_matches", "node_lost", "not_admitted"),
}
"""What a change of the job may get round: its queue alone, or anything that it asks for."""


def refused(job: Job, problem: Problem | None) -> Explanation | None:
    """Return why there is nothing of a job on its cluster, where that is known."""
    tried = job.exit is None or job.exit.kind is ExitKind.START_FAILED
    if problem is None or not tried:
        return None
    reason = problem.reason()
    return Explanation(job=job.id, state=job.state, summary=reason.text, reasons=[reason])


def explain(picture: Picture) -> Explanation | None:
    """Return why a job is where it is; None where its own state alone says that."""
    jobset, workload = picture.jobset, picture.workload
    if sight.terminal(jobset) is not None or picture.job.state is JobState.STOPPING:
        return None
    if jobset.suspended or (workload is not None and workload.has("Evicted")):
        return _answer(picture, [*queueing.reasons(picture), *_stale(picture)])
    stalled = stalls.reasons(picture)
    return _answer(picture, [*stalled, *_stale(picture)]) if stalled else None


def _stale(picture: Picture) -> Iterator[Reason]:
    """Yield that all of this may be old."""
    since = picture.stale_since
    if since is not None and (seconds := picture.ground.now - since) > _BRIEF:
        yield Reason(
            code="stale",
            text=f"The cluster has not answered for {seconds:.0f} s: this is what it said last.",
            evidence={"since": since},
            action="Check the connection: ogai doctor.",
        )


def _answer(picture: Picture, reasons: list[Reason]) -> Explanation:
    job, ground = picture.job, picture.ground
    would: list[str] = []
    starts_in, basis = None, ""
    codes = {one.code for one in reasons}
    elsewhere = bool(codes & _OF_ITS_QUEUE)
    waits = elsewhere or bool(codes & _OF_ITS_SIZE)
    if waits:
        would = whatif.alternatives(job.spec, picture.config, ground, elsewhere=elsewhere)
    if codes & {"quota", "preempted"} and not picture.ahead:
        starts_in, basis = whatif.outlook(job.spec, picture.config, ground)
    summary = " ".join(one.text for one in reasons)
    if would:
        summary += f" It would start now with {would[0]}."
    return Explanation(
        job=job.id,
        state=job.state,
        summary=summary,
        reasons=reasons,
        ahead=[*(picture.holders if waits else ()), *(picture.ahead or ())][:_SHOWN],
        would_start=would,
        starts_in=starts_in,
        basis=basis,
    )
