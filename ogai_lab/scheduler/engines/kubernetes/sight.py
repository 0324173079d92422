"""What is seen of a job, from its JobSet, its workload and its pods. Values in, values out.

A job runs when every one of its pods does; while Kueue holds it back it waits, whatever is left of
its pods. An attempt is one admission or one restart: those that Kueue evicted and those that the
JobSet restarted are counted by themselves, so the number is right whoever looks, and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ogai_lab.scheduler.engines.base import Sighting
from ogai_lab.scheduler.engines.kubernetes import podends
from ogai_lab.scheduler.engines.kubernetes.names import (
    ATTEMPT,
    COMPLETION_INDEX,
    RESTART_ATTEMPT,
    STOP,
)
from ogai_lab.scheduler.engines.kubernetes.objects import (
    Condition,
    JobSetObject,
    PodObject,
    WorkloadObject,
)
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Exit

_NODE_FAILURES = "NodeFailures"
_EVICTED = {
    "Preempted": (ExitKind.PREEMPTED, "It made room for another job."),
    _NODE_FAILURES: (ExitKind.NODE_LOST, "A node that it ran on failed."),
    "PodsReadyTimeout": (ExitKind.PREEMPTED, "Its pods were not ready in time."),
    "AdmissionCheck": (ExitKind.PREEMPTED, "A check of the cluster took its nodes away."),
    "ClusterQueueStopped": (ExitKind.PREEMPTED, "Its queue was stopped."),
    "LocalQueueStopped": (ExitKind.PREEMPTED, "Its queue was stopped."),
}
_OTHERWISE = (ExitKind.PREEMPTED, "The cluster took its nodes away.")


def look(
    jobset: JobSetObject,
    workload: WorkloadObject | None,
    pods: Sequence[PodObject],
    ends: Iterable[PodObject] = (),
    size: int = 1,
) -> Sighting:
    """Return what is seen of a job.

    Parameters
    ----------
    workload
        Kueue's, None while there is none.
    pods
        Those that there are.
    ends
        Pods as they were last seen in their ends, also of those that are gone.
    size
        How many pods it has, where there is no workload that says so.
    """
    tried = attempt(jobset, workload)
    restarts = charged(jobset, workload)
    final = terminal(jobset)
    current = of_attempt(jobset, pods)
    nodes = tuple(one.node for one in current if one.node)
    started = min((at for one in current if (at := podends.started(one)) is not None), default=None)
    if final is not None:
        return Sighting(
            state="ended",
            attempt=tried,
            restarts=restarts,
            started=started,
            ended=max((at for one in pods if (at := podends.ended(one))), default=final.time),
            exit=_exit(jobset, final, of_attempt(jobset, [*pods, *ends])),
            nodes=nodes,
        )
    evicted = None if workload is None else workload.condition("Evicted")
    if jobset.suspended or (evicted is not None and evicted.status):
        return Sighting(state="waiting", attempt=tried, restarts=restarts, exit=_taken(evicted))
    up = sum(podends.is_up(one) for one in current)
    expected = sum(one.count for one in workload.pod_sets) if workload is not None else size
    return Sighting(
        state="running" if up and up >= expected and not jobset.deleting else "starting",
        attempt=tried,
        restarts=restarts,
        started=started,
        nodes=nodes if up >= expected else (),
    )


def attempt(jobset: JobSetObject, workload: WorkloadObject | None) -> int:
    """Return the number of the attempt that is under way, or that is waited for."""
    evictions = 0 if workload is None else int(sum(workload.evictions.values()))
    return first_attempt(jobset) + jobset.restarts + evictions


def first_attempt(jobset: JobSetObject) -> int:
    """Return the number of the first attempt of the order that a JobSet carries out."""
    return int(jobset.labels.get(ATTEMPT) or 1)


def charged(jobset: JobSetObject, workload: WorkloadObject | None) -> int:
    """Return how many restarts count: those of the JobSet, and evictions for a lost node."""
    lost = 0 if workload is None else int(workload.evictions.get(_NODE_FAILURES, 0))
    return jobset.charged + lost


def terminal(jobset: JobSetObject) -> Condition | None:
    """Return the condition that says that a JobSet is over; None while it is not."""
    over = (one for one in jobset.conditions if one.type in ("Completed", "Failed") and one.status)
    return next(over, None)


def of_attempt(jobset: JobSetObject, pods: Iterable[PodObject]) -> list[PodObject]:
    """Return the newest pod of each node of a job, of its newest restart, in order."""
    newest: dict[int, PodObject] = {}
    for pod in sorted(pods, key=lambda one: (one.created or 0.0, one.name)):
        if pod.labels.get(RESTART_ATTEMPT, "0") == str(jobset.restarts):
            newest[index(pod)] = pod
    return [newest[number] for number in sorted(newest)]


def index(pod: PodObject) -> int:
    """Return which node of its job a pod is."""
    given = pod.labels.get(COMPLETION_INDEX) or pod.annotations.get(COMPLETION_INDEX) or "0"
    return int(given)


def _taken(evicted: Condition | None) -> Exit | None:
    """Return why what a job had was taken from it; None where it had nothing."""
    if evicted is None or not evicted.status:
        return None
    kind, message = _EVICTED.get(evicted.reason, _OTHERWISE)
    return Exit(kind=kind, message=message, tail=[evicted.message] if evicted.message else [])


def _exit(jobset: JobSetObject, final: Condition, pods: Sequence[PodObject]) -> Exit:
    if final.type == "Completed":
        return Exit(kind=ExitKind.SUCCEEDED, message="All of its ranks succeeded.")
    if (kind := jobset.annotations.get(STOP)) is not None:
        return stopped(kind)
    said = podends.root_cause(pods)
    if said is not None:
        return said
    late = "Deadline" in f"{final.reason} {final.message}"
    return Exit(
        kind=ExitKind.TIMEOUT if late else ExitKind.PROGRAM_ERROR,
        message="It ran longer than its timeout." if late else "One of its pods failed.",
        tail=[final.message] if final.message else [],
    )


def stopped(kind: str) -> Exit:
    """Return the end of a job that was stopped as `kind`."""
    match kind:
        case ExitKind.CANCELLED:
            return Exit(kind=ExitKind.CANCELLED, message="It was cancelled.")
        case ExitKind.TIMEOUT:
            return Exit(kind=ExitKind.TIMEOUT, message="It ran longer than its timeout.")
        case ExitKind.NODE_LOST:
            return Exit(kind=ExitKind.NODE_LOST, message="A node that it ran on failed.")
    return Exit(kind=ExitKind.PREEMPTED, message="It made room for another job.")
