"""The cluster's operations: nodes, what they do, and whether they are well."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ogai_lab.cluster.telemetry.source import Glance, Source
from ogai_lab.cluster.types import Check, GpuProcess, Loads, Machine, MachineUse, UseSample
from ogai_lab.core.errors import NotFound
from ogai_lab.core.operations import Service, operation
from ogai_lab.core.types import Text

ClusterName = Annotated[Text, Field(max_length=500)]
"""A cluster's name; this machine, or the simulated rack, where it is empty."""


class Cluster(Service):
    """What nodes have, what they do, and whether they are well.

    Every operation takes the name of a node; without one it means the first, which on one machine
    is this one. The nodes of a cluster that is not this machine are asked for by its name.

    Parameters
    ----------
    source
        What is known of the nodes here.
    elsewhere
        Returns what is known of the nodes of a cluster, by its name; raises `NotFound` where
        there is none.
    """

    route: ClassVar[str] = "cluster"
    resource: ClassVar[str] = "ogai:cluster"

    def __init__(self, source: Source, elsewhere: Callable[[str], Source] | None = None) -> None:
        self._source = source
        self._elsewhere = elsewhere or _nowhere

    def glances(self) -> list[Glance]:
        """Return every node at a glance."""
        return self._source.glances()

    def close(self) -> None:
        """Keep nothing any more. Idempotent."""
        self._source.close()

    @operation("GET", "/machine", action="read")
    def machine(self, node: str | None = None, cluster: ClusterName = "") -> Machine:
        """Return what a node has, and what is free of it.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._of(cluster).machine(node)

    @operation("GET", "/use", action="read")
    def use(self, node: str | None = None, cluster: ClusterName = "") -> MachineUse:
        """Return what a node does now.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._of(cluster).use(node)

    @operation("GET", "/history", action="read")
    def history(
        self, node: str | None = None, since: float = 0.0, cluster: ClusterName = ""
    ) -> list[UseSample]:
        """Return what a node did from a time (Unix seconds) on, oldest first, as far as is kept.

        On one machine it is kept for an hour, while somebody looks or jobs run.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._of(cluster).history(node, since)

    @operation("GET", "/loads", action="read")
    def loads(self, cluster: ClusterName = "") -> Loads:
        """Return what all nodes do now, in columns: a tenth of the bytes of records."""
        glances = self._of(cluster).glances()
        return Loads(
            time=time.time(),
            nodes=[glance.name for glance in glances],
            health=[glance.health for glance in glances],
            cpu=[_short(glance.cpu) for glance in glances],
            memory_used=[glance.memory_used for glance in glances],
            utilization=[[_short(gpu.utilization) for gpu in one.gpus] for one in glances],
            gpu_memory_used=[[gpu.memory_used for gpu in one.gpus] for one in glances],
            temperature=[[gpu.temperature for gpu in one.gpus] for one in glances],
        )

    @operation("GET", "/checks", action="read")
    def checks(
        self,
        node: str | None = None,
        profile: Literal["quick"] = "quick",
        cluster: ClusterName = "",
    ) -> list[Check]:
        """Run the health checks of a profile on a node; return what they found, worst first.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._of(cluster).checks(node)

    @operation("GET", "/processes", action="read")
    def gpu_processes(self, node: str | None = None, cluster: ClusterName = "") -> list[GpuProcess]:
        """Return the processes that hold memory of a node's GPUs.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._of(cluster).processes(node)

    def _of(self, cluster: str) -> Source:
        return self._elsewhere(cluster) if cluster else self._source


def _nowhere(cluster: str) -> Source:
    raise NotFound(f"There is no cluster {cluster[:80]!r}.", field="cluster")


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 3)
