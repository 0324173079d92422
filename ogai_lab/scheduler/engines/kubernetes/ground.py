"""What is known of a cluster now, gathered from its cache: the ground that jobs are measured on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ogai_lab.core.errors import OgaiError
from ogai_lab.scheduler.engines.kubernetes import cache as kinds
from ogai_lab.scheduler.engines.kubernetes import names
from ogai_lab.scheduler.engines.kubernetes.cache import Cache
from ogai_lab.scheduler.engines.kubernetes.mirror import Kind, Mirror
from ogai_lab.scheduler.engines.kubernetes.nodes import free
from ogai_lab.scheduler.engines.kubernetes.objects import (
    JobSetObject,
    NodeObject,
    PodObject,
    Whole,
    WorkloadObject,
)
from ogai_lab.scheduler.engines.kubernetes.offers import Ground
from ogai_lab.scheduler.engines.kubernetes.queues import Quotas
from ogai_lab.scheduler.engines.kubernetes.room import Room

T = TypeVar("T")
_PATIENCE = 3.0


class Grounds:
    """Gathers the ground of a cluster, again and again: of each node only what has changed."""

    def __init__(self, cluster: Cache) -> None:
        self._cache = cluster
        self._lock = threading.Lock()
        self._made: dict[str, tuple[NodeObject, int, Room]] = {}
        self._of: tuple[object, object] = (None, None)

    def now(self, mine: str = "") -> Ground:
        """Return what is known now; what cannot be seen is None.

        Parameters
        ----------
        mine
            The cluster queue in which the job itself waits already.
        """
        for kind in _ALL:  # all are begun before one is waited for
            self._cache.mirror(kind)
        quotas = self.quotas()
        return Ground(
            namespace=self._cache.api.namespace,
            quotas=quotas,
            rooms=self._rooms(),
            workloads=self.workloads(),
            mine=mine,
        )

    def quotas(self) -> Quotas:
        """Return what may be seen of queues."""
        local, behind, flavors, topologies = (self._all(kind) for kind in _QUEUES)
        return Quotas(
            local_queues=local, cluster_queues=behind, flavors=flavors, topologies=topologies
        )

    def workloads(self) -> Sequence[WorkloadObject] | None:
        """Return all workloads; None where those of others cannot be seen.

        Those of our own jobs that hold something have the time limit that their JobSet tells.
        """
        mirror, jobsets = self.mirror(kinds.WORKLOADS), self.mirror(kinds.JOBSETS)
        if mirror is None or mirror.state.scope != "cluster":
            return None
        if jobsets is None:
            return mirror.all()
        return [_limited(one, jobsets) if one.cluster_queue else one for one in mirror.all()]

    def mirror(self, kind: Kind[T]) -> Mirror[T] | None:
        """Return the mirror of a kind; None while it cannot be read."""
        try:
            return self._cache.read(kind, _PATIENCE)
        except OgaiError:
            return None

    def _all(self, kind: Kind[Whole]) -> list[Whole] | None:
        mirror = self.mirror(kind)
        return None if mirror is None else mirror.all()

    def _rooms(self) -> list[Room] | None:
        nodes, pods = self.mirror(kinds.NODES), self.mirror(kinds.PODS)
        if nodes is None or pods is None or pods.state.scope != "cluster":
            return None
        with self._lock:
            if self._of != (nodes, pods):
                self._of, self._made = (nodes, pods), {}
            self._made = {node.name: self._room(node, pods) for node in nodes.all()}
            return [room for _, _, room in self._made.values()]

    def _room(self, node: NodeObject, pods: Mirror[PodObject]) -> tuple[NodeObject, int, Room]:
        touched = pods.touched("node", node.name)
        before = self._made.get(node.name)
        if before is not None and before[0] is node and before[1] == touched:
            return before
        return node, touched, Room(node, free(node, pods.by("node", node.name)))


def _limited(workload: WorkloadObject, jobsets: Mirror[JobSetObject]) -> WorkloadObject:
    jobset = jobsets.get(workload.owner, workload.namespace)
    told = jobset.annotations.get(names.TIMEOUT, "") if jobset is not None else ""
    if workload.limit is not None or not told.isdecimal():
        return workload
    return replace(workload, limit=float(told))


_QUEUES: tuple[Kind[Whole], ...] = (
    kinds.LOCAL_QUEUES,
    kinds.CLUSTER_QUEUES,
    kinds.FLAVORS,
    kinds.TOPOLOGIES,
)
_ALL: tuple[Kind[Any], ...] = (
    *_QUEUES,
    kinds.NODES,
    kinds.PODS,
    kinds.WORKLOADS,
    kinds.JOBSETS,
)
