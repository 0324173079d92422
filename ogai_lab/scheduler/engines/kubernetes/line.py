"""Who stands before a job in its queue, and who holds what the queue has."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from ogai_lab.scheduler.engines.kubernetes import names
from ogai_lab.scheduler.engines.kubernetes.accelerators import is_accelerator
from ogai_lab.scheduler.engines.kubernetes.objects import JobSetObject, WorkloadObject
from ogai_lab.scheduler.engines.kubernetes.offers import Ground, end_of
from ogai_lab.scheduler.types import JobAhead, JobState

SHOWN = 100


class Line:
    """The jobs of a cluster as people see them.

    Parameters
    ----------
    jobset
        Returns the JobSet of a name and namespace: it says who a workload belongs to.
    """

    def __init__(self, ground: Ground, jobset: Callable[[str, str], JobSetObject | None]) -> None:
        self._ground, self._jobset = ground, jobset

    def holders(self, cluster_queue: str) -> list[JobAhead]:
        """Return the jobs that hold quota of a queue, soonest to end first."""
        held = [one for one in self._workloads() if one.cluster_queue == cluster_queue]
        return [self.shown(one) for one in sorted(held, key=end_of)[:SHOWN]]

    def ahead(self, mine: WorkloadObject, cluster_queue: str) -> list[JobAhead] | None:
        """Return the jobs that wait before one, in Kueue's order; None where that is not seen."""
        if self._ground.workloads is None:
            return None
        queues = {
            (one.namespace, one.name)
            for one in self._ground.quotas.local_queues or ()
            if one.spec.get("clusterQueue") == cluster_queue
        }
        waiting = [
            one
            for one in self._workloads()
            if (one.namespace, one.queue) in queues and _waits(one) and _order(one) < _order(mine)
        ]
        return [self.shown(one) for one in sorted(waiting, key=_order)]

    def named(self, uid: str, job: str) -> JobAhead | None:
        """Return the job of a workload's uid, or of its own; None where it is not seen."""
        for one in self._workloads():
            if (uid and one.uid == uid) or (job and one.owner_uid == job):
                return self.shown(one)
        return None

    def shown(self, workload: WorkloadObject) -> JobAhead:
        """Return a workload as the job that people know."""
        jobset = self._jobset(workload.owner, workload.namespace)
        said: Mapping[str, str] = jobset.annotations if jobset else {}
        ends = end_of(workload)
        return JobAhead(
            id=workload.owner or workload.name,
            name=said.get(names.NAME) or workload.owner or workload.name,
            owner=said.get(names.OWNER) or workload.namespace,
            state=_state(workload),
            cpus=_total(workload, lambda name: name == "cpu"),
            gpus=int(_total(workload, is_accelerator)),
            seconds_left=None if math.isinf(ends) else max(0.0, ends - self._ground.now),
        )

    def _workloads(self) -> Sequence[WorkloadObject]:
        return self._ground.workloads or ()


def _waits(workload: WorkloadObject) -> bool:
    over = workload.has("QuotaReserved") or workload.has("Finished")
    return workload.active and not over and not workload.deleting


def _order(workload: WorkloadObject) -> tuple[int, float, str]:
    """Return what Kueue orders by: priority, then since when it waits."""
    evicted = workload.condition("Evicted")
    late = evicted is not None and evicted.status and evicted.reason == "PodsReadyTimeout"
    since = evicted.time if late and evicted is not None else workload.created
    return -workload.priority, since or 0.0, workload.uid


def _state(workload: WorkloadObject) -> JobState:
    if not workload.has("QuotaReserved"):
        return JobState.QUEUED
    return JobState.RUNNING if workload.has("PodsReady") else JobState.STARTING


def _total(workload: WorkloadObject, counts: Callable[[str], bool]) -> float:
    return sum(
        part.count * amount
        for part in workload.pod_sets
        for name, amount in part.requests.items()
        if counts(name)
    )
