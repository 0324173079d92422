"""What stands behind ``ogai.cluster``, and ``ogai.offers``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands import verbs
from ogai_lab.commands.clusters import need, text_of
from ogai_lab.core.operations import Caller
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.display import Verbatim, listing
from ogai_lab.scheduler.spec import JobSpec

if TYPE_CHECKING:
    from ogai_lab.notebook.display import Listing
    from ogai_lab.scheduler.clusters.plans import NodePlan, QueuePlan
    from ogai_lab.scheduler.clusters.types import ClusterOffers, Diagnosis, Storage


def known() -> Listing:
    """Return the clusters that are known: of clusters.yaml, the kubeconfig and the pod's own."""
    return listing(workbench().clusters.clusters(), "clusters")


def doctor(cluster: str = "") -> Diagnosis:
    """Check whether jobs can be run on a cluster; every finding comes with what mends it.

    Parameters
    ----------
    cluster
        A name that `known` lists, such as a context of the kubeconfig; the current one if none.
    """
    return workbench().clusters.doctor(cluster)


def offers(
    *,
    gpus: int = 0,
    gpu: str = "",
    nodes: int | None = None,
    cpus: float | None = None,
    memory: int | str | None = None,
    fabric: str = "",
    topology: str = "",
    queue: str = "",
    cluster: str = "",
) -> ClusterOffers:
    """Return what the queues of a cluster could give, best first; shows itself as a table.

    Parameters
    ----------
    gpus
        How many GPUs in all; on each node where `nodes` is given.
    gpu
        Their kind: a part of a flavor's or product's name, such as ``"H100"``.
    nodes
        How many nodes; as many as the GPUs take when left out.
    cpus, memory
        Of each node; memory in bytes or as text: ``"16GiB"``.
    fabric, topology
        As for `run`.
    queue, cluster
        Only this queue; of this cluster, kubectl's when left out.

    Raises
    ------
    InvalidInput
        When the topology is none that the cluster knows.
    """
    asked = need(
        nodes,
        gpus=gpus,
        gpu=gpu,
        cpus=cpus,
        memory=memory,
        fabric=fabric,
        topology=topology,
        queue=queue,
    )
    return workbench().clusters.offers(asked, cluster, nodes is None)


def nodes(cluster: str = "") -> Listing:
    """Return a cluster's nodes: what each has, and what pods leave free."""
    return listing(workbench().clusters.nodes(cluster), "nodes")


def queues(cluster: str = "") -> Listing:
    """Return the queues that may be seen, with quotas, what is used and borrowed, who waits."""
    return listing(workbench().clusters.queues(cluster), "queues")


def storage(cluster: str = "") -> Storage:
    """Return the kinds of storage, and the volumes of the namespace."""
    return workbench().clusters.storage(cluster)


def export(spec: JobSpec | Mapping[str, Any]) -> str:
    """Return the YAML of a job, code and all, for ``kubectl create`` or a repository.

    Raises
    ------
    InvalidInput, TooLarge
        When its cluster could never run it, or its code cannot travel in this way.
    """
    whole = spec if isinstance(spec, JobSpec) else verbs.spec_of(spec)
    return Verbatim(workbench().clusters.export(whole, Caller.local()))


def plan_queues(file: str | Path, cluster: str = "", *, force: bool = False) -> QueuePlan:
    """Return what a file of queues, quotas, flavors and priorities would change.

    Parameters
    ----------
    file
        Its path, or its text where that has more than one line.
    force
        Whether fields that somebody else applied are taken over.
    """
    return workbench().clusters.plan_queues(_text(file), cluster, force)


def apply_queues(
    file: str | Path, plan: QueuePlan, cluster: str = "", *, force: bool = False
) -> QueuePlan:
    """Change a cluster as planned; what the file does not name stays.

    Raises
    ------
    Conflict
        When the cluster has changed since it was planned. Nothing was changed then.
    """
    return workbench().clusters.apply_queues(_text(file), plan.fingerprint, cluster, force)


def node_plan(node: str, cluster: str = "") -> NodePlan:
    """Return which jobs and pods would have to leave a node."""
    return workbench().clusters.node_plan(node, cluster)


def cordon(node: str, cluster: str = "", *, off: bool = False) -> NodePlan:
    """Let no new jobs start on a node, or again with `off`. What runs there goes on."""
    return workbench().clusters.cordon(node, cluster, off)


def drain(node: str, cluster: str = "") -> NodePlan:
    """Let no new jobs start on a node, and ask what runs there to leave; see `node_plan`."""
    return workbench().clusters.drain(node, cluster)


def _text(file: str | Path) -> str:
    if isinstance(file, str) and "\n" in file:
        return file
    return text_of(str(file))
