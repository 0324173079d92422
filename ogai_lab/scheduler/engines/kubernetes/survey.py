"""A picture is taken of a job's surroundings: from the cache, and a few words of the cluster.

Only what the cache never keeps is asked for, and only where it matters: the warnings about a job
whose pods do not come up, and its place in a queue whose other jobs this account may not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ogai_lab.core.errors import OgaiError
from ogai_lab.scheduler.engines.kubernetes import cache as kinds
from ogai_lab.scheduler.engines.kubernetes import clauses, paths
from ogai_lab.scheduler.engines.kubernetes.cache import Cache
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.ground import Grounds
from ogai_lab.scheduler.engines.kubernetes.line import Line
from ogai_lab.scheduler.engines.kubernetes.mirror import Kind
from ogai_lab.scheduler.engines.kubernetes.names import GROUP
from ogai_lab.scheduler.engines.kubernetes.objects import (
    JobSetObject,
    NodeObject,
    PodObject,
    WorkloadObject,
)
from ogai_lab.scheduler.engines.kubernetes.picture import Picture, Warned
from ogai_lab.scheduler.types import Job, JobAhead, JobState

_ASKED = 3
"""About how many pods of a job the cluster is asked for warnings."""


class Surveyor:
    """Takes pictures of the jobs of one cluster."""

    def __init__(self, config: ClusterConfig, cluster: Cache) -> None:
        self._config, self._cache = config, cluster
        self._api = cluster.api
        self._grounds = Grounds(cluster)

    def wait_for(self, kind: Kind[Any]) -> None:
        """Wait a while until a kind has been read, where it can be."""
        self._grounds.mirror(kind)

    def picture(
        self,
        job: Job,
        jobset: JobSetObject,
        workload: WorkloadObject | None,
        pods: Sequence[PodObject],
    ) -> Picture:
        """Return a job in its surroundings as they are now."""
        queue = self._config.local_queue(job.spec.queue)
        waits = workload is not None and not workload.has("QuotaReserved")
        behind = self._behind(queue)
        ground = self._grounds.now(behind if waits else "")
        line = Line(ground, self._jobset)
        ahead = None
        if workload is not None and waits:
            ahead = line.ahead(workload, behind)
            if ahead is None:
                ahead = self._told(queue, workload)
        return Picture(
            job=job,
            config=self._config,
            queue=queue,
            ground=ground,
            jobset=jobset,
            workload=workload,
            pods=pods,
            nodes=self._nodes(pods),
            warnings=[] if jobset.suspended else list(self._warnings(job, workload, pods)),
            holders=line.holders(behind),
            ahead=ahead,
            preemptor=_preemptor(line, workload),
            stale_since=self._cache.stale_since,
        )

    def _behind(self, queue: str) -> str:
        """Return the ClusterQueue behind a LocalQueue; empty where it is not seen."""
        mirror = self._grounds.mirror(kinds.LOCAL_QUEUES)
        found = mirror.get(queue, self._api.namespace) if mirror is not None else None
        return str(found.spec.get("clusterQueue") or "") if found is not None else ""

    def _jobset(self, name: str, namespace: str) -> JobSetObject | None:
        mirror = self._grounds.mirror(kinds.JOBSETS)
        return mirror.get(name, namespace) if mirror is not None else None

    def _nodes(self, pods: Sequence[PodObject]) -> dict[str, NodeObject]:
        mirror = self._grounds.mirror(kinds.NODES) if pods else None
        if mirror is None:
            return {}
        found = (mirror.get(name) for name in {pod.node for pod in pods if pod.node})
        return {one.name: one for one in found if one is not None}

    def _told(self, queue: str, mine: WorkloadObject) -> list[JobAhead] | None:
        """Return who waits before a job, as Kueue tells those who may not see the jobs."""
        try:
            told = self._api.get(paths.pending(self._api.namespace, queue))
        except OgaiError:
            return None
        ahead: list[JobAhead] = []
        for one in told.get("items") or ():
            meta = one["metadata"]
            if meta["name"] == mine.name:
                return ahead
            owner = (meta.get("ownerReferences") or [meta])[0]["name"]
            ahead.append(
                JobAhead(
                    id=owner,
                    name=owner,
                    owner=meta["namespace"],
                    state=JobState.QUEUED,
                    cpus=0,
                    gpus=0,
                )
            )
        return None

    def _warnings(
        self, job: Job, workload: WorkloadObject | None, pods: Sequence[PodObject]
    ) -> Iterator[Warned]:
        """Yield the warnings about pods that do not come up, and about those not made."""
        wanted = sum(one.count for one in workload.pod_sets) if workload is not None else 0
        about = [f"{job.id}-{GROUP}-0"] if len(pods) < wanted else []
        about += [pod.name for pod in pods if pod.node and pod.phase == "Pending"][:_ASKED]
        path = paths.events(self._api.namespace)
        for name in about:
            try:
                found = self._api.get(
                    path, fieldSelector=f"type=Warning,involvedObject.name={name}", limit=20
                )
            except OgaiError:
                return  # who may not read them sees the pods' own states
            for one in found["items"]:
                yield Warned(
                    about=name, reason=one.get("reason", ""), message=one.get("message", "")
                )


def _preemptor(line: Line, workload: WorkloadObject | None) -> JobAhead | None:
    evicted = workload.condition("Evicted") if workload is not None else None
    if evicted is None or not evicted.status:
        return None
    uid, job = clauses.preemptor(evicted.message)
    return line.named(uid, job)
