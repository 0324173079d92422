"""The nodes of a cluster as the cluster's layer sees nodes: made of the scheduler's one picture.

Neither layer knows the other; the workbench joins them here. All comes from the mirrors that the
scheduler's engine keeps: to look costs the cluster nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.cluster.telemetry.source import Glance, unknown
from ogai_lab.cluster.types import Check, Gpu, GpuProcess, Machine, MachineUse, UseSample
from ogai_lab.core.errors import NotFound

if TYPE_CHECKING:
    from ogai_lab.scheduler.clusters.pages import NodePage
    from ogai_lab.scheduler.engines.kubernetes.fleet import Member
    from ogai_lab.scheduler.types import Node


class ClusterNodes:
    """See `cluster.telemetry.source.Source` for what each call promises.

    Parameters
    ----------
    member
        The cluster in use.
    """

    def __init__(self, member: Member) -> None:
        self._member = member

    def glances(self) -> list[Glance]:
        """Return every node at a glance."""
        return [_glance(node) for node in self._member.nodes()]

    def machine(self, node: str | None) -> Machine:
        """Return what a node has, and what pods leave free of it."""
        page = self._page(node)
        shown = page.node
        return Machine(
            name=shown.name,
            boot_id="",
            system=page.system,
            kernel=page.kernel,
            architecture=page.architecture,
            python="",
            cpu="",
            cores=round(shown.cpus),
            cpus=shown.cpus,
            memory=shown.memory,
            memory_available=shown.memory_free,
            swap=0,
            gpus=[_gpu(gpu.index, gpu.name, gpu.memory, gpu.problem) for gpu in shown.gpus],
        )

    def use(self, node: str | None) -> MachineUse:
        """Refuse: what a node does, Kubernetes does not tell.

        Raises
        ------
        NotFound
            Always; also where there is no such node.
        """
        name = self._page(node).node.name
        raise NotFound(
            f"What {name} does now is not told by its cluster.",
            action="Look at what its pods hold, or ask its administrator for metrics.",
            field="node",
        )

    def history(self, node: str | None, since: float) -> list[UseSample]:
        """Return nothing: what a node did, Kubernetes does not tell."""
        self._page(node)
        return []

    def checks(self, node: str | None) -> list[Check]:
        """Return what the node's kubelet and its devices tell, worst first."""
        page = self._page(node)
        shown, name = page.node, page.node.name
        found = [
            Check(
                name=one.type,
                outcome="ok" if one.wanted else "critical" if one.type == "Ready" else "warn",
                finding=one.message or one.reason or one.type,
                remedy="" if one.wanted else f"kubectl describe node {name}",
                evidence={"reason": one.reason, "since": one.since},
            )
            for one in page.statuses
        ]
        found += [
            Check(
                name=f"GPU {gpu.index}",
                outcome="critical",
                finding=gpu.problem,
                remedy="Drain the node, then look at its device plugin's log and its driver.",
            )
            for gpu in shown.gpus
            if gpu.problem
        ]
        if shown.state == "draining":
            found.append(
                Check(
                    name="cordon",
                    outcome="warn",
                    finding="The node is cordoned: no new pods start on it.",
                    remedy=f"kubectl uncordon {name}",
                )
            )
        order = ("critical", "warn", "unknown", "ok")
        return sorted(found, key=lambda one: order.index(one.outcome))

    def processes(self, node: str | None) -> list[GpuProcess]:
        """Return nothing: processes are known to the node alone."""
        self._page(node)
        return []

    def close(self) -> None:
        """Nothing is kept here: the cluster is closed by who opened it."""

    def _page(self, node: str | None) -> NodePage:
        if node is None:
            first = next(iter(self._member.nodes()), None)
            if first is None:
                raise unknown("")
            node = first.name
        return self._member.page(node)


def _glance(node: Node) -> Glance:
    return Glance(
        name=node.name,
        state="ready" if node.state == "busy" else node.state,
        health=node.health,
        rack=node.rack,
        labels=node.labels,
        cpus=node.cpus,
        memory=node.memory,
        gpus=[_gpu(gpu.index, gpu.name, gpu.memory, gpu.problem) for gpu in node.gpus],
    )


def _gpu(index: int, name: str, memory: int, problem: str) -> Gpu:
    return Gpu.model_construct(index=index, name=name, memory=memory or None, problem=problem)
