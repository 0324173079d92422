"""Whether what nodes have can be had through queues: accelerators, fast networks, the queues.

Values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ogai_lab.scheduler.clusters.types import ClusterQueueView, Finding
from ogai_lab.scheduler.engines.kubernetes.accelerators import accelerators, fast_network
from ogai_lab.scheduler.engines.kubernetes.objects import NodeObject, Whole
from ogai_lab.scheduler.engines.kubernetes.queues import Quotas, inactive, order, views


def queue_findings(quotas: Quotas, namespace: str, meant: Mapping[str, str]) -> list[Finding]:
    """Return what was found about the queues of a namespace.

    Parameters
    ----------
    meant
        The names people use and the queues they mean, as configured.
    """
    here = [one for one in views(quotas) if one.namespace == namespace]
    if not here:
        return [_no_queue(quotas, namespace)]
    found = [_queue(one) for one in here]
    names = {one.name for one in here}
    found += [
        Finding(
            check="queues",
            outcome="warn",
            finding=f"The queue {shown!r} means the local queue {name!r}, which is not there.",
            remedy=f"Correct queues in clusters.yaml; there are: {', '.join(sorted(names))}.",
        )
        for shown, name in meant.items()
        if name not in names
    ]
    return found


def accelerator_findings(nodes: Sequence[NodeObject], quotas: Quotas) -> list[Finding]:
    """Return what was found about accelerators and fast networks, and whether queues give them."""
    counts: dict[str, float] = {}
    named: dict[str, str] = {}
    for node in nodes:
        for kind in accelerators(node.allocatable, node.labels):
            counts[kind.resource] = counts.get(kind.resource, 0) + kind.count
            named.setdefault(kind.resource, kind.name)
        for resource in fast_network(node.allocatable):
            counts[resource] = counts.get(resource, 0) + node.allocatable[resource]
    ready = sum(node.ready and node.schedulable for node in nodes)
    found = [
        Finding(
            check="nodes",
            outcome="ok" if ready else "critical",
            finding=f"{ready} of {len(nodes)} nodes take pods.",
            remedy="" if ready else "Ask an administrator why no node is ready.",
        )
    ]
    if not named:
        found.append(
            Finding(
                check="accelerators",
                outcome="warn",
                finding="No node offers a GPU or another accelerator.",
                remedy="Its device plugin may not run; ask for the vendor's GPU operator.",
            )
        )
    found += [
        _covered(resource, int(count), named.get(resource, ""), quotas)
        for resource, count in sorted(counts.items())
    ]
    return found


def _no_queue(quotas: Quotas, namespace: str) -> Finding:
    behind = sorted(one.name for one in quotas.cluster_queues or () if inactive(one) is None)
    return Finding(
        check="queues",
        outcome="critical",
        finding=f"Namespace {namespace!r} has no local queue: no job can be submitted in it.",
        remedy="Ask an administrator to apply this, with the name of a cluster queue."
        if not behind
        else f"Ask an administrator to apply this; cluster queues are: {', '.join(behind[:10])}.",
        command=_local_queue(namespace, behind[0] if behind else "CLUSTER-QUEUE"),
        evidence={"cluster_queues": behind},
    )


def _local_queue(namespace: str, behind: str) -> str:
    return (
        "apiVersion: kueue.x-k8s.io/v1beta2\n"
        "kind: LocalQueue\n"
        f"metadata: {{name: {namespace}, namespace: {namespace}}}\n"
        f"spec: {{clusterQueue: {behind}}}\n"
    )


def _queue(queue: ClusterQueueView) -> Finding:
    evidence = {"queue": queue.name, "cluster_queue": queue.cluster_queue}
    if not queue.active:
        return Finding(
            check="queues",
            outcome="critical",
            finding=f"The queue {queue.name!r} takes no jobs: {queue.problem}",
            remedy=f"Ask an administrator to mend the cluster queue {queue.cluster_queue!r}.",
            command=f"kubectl describe clusterqueue {queue.cluster_queue}",
            evidence=evidence,
        )
    none = queue.visible and not any(share.nominal or share.left for share in queue.shares)
    return Finding(
        check="queues",
        outcome="warn" if none else "ok",
        finding=f"The queue {queue.name!r} takes jobs, but its quota is zero."
        if none
        else f"The queue {queue.name!r} takes jobs; {queue.waiting} wait in it.",
        remedy="Ask an administrator for a quota." if none else "",
        evidence=evidence,
    )


def _covered(resource: str, count: int, name: str, quotas: Quotas) -> Finding:
    shown = f"{count} × {resource}" + (f" ({name})" if name else "")
    check = "accelerators" if name else "fabric"
    if quotas.cluster_queues is None:
        return Finding(
            check=check,
            outcome="ok",
            finding=f"The nodes offer {shown}; quotas cannot be seen with this account's rights.",
        )
    by = sorted(one.name for one in quotas.cluster_queues if _covers(one, resource))
    if by:
        return Finding(
            check=check,
            outcome="ok",
            finding=f"The nodes offer {shown}; queues give it: {', '.join(by[:5])}.",
            evidence={"cluster_queues": by},
        )
    return Finding(
        check=check,
        outcome="warn",
        finding=f"The nodes offer {shown}, but no queue covers it: Kueue admits no job with it.",
        remedy="Ask an administrator to add it to coveredResources of a cluster queue, "
        "or to exclude it by resources.excludeResourcePrefixes in Kueue's configuration.",
        command="kubectl edit clusterqueue",
        evidence={"resource": resource},
    )


def _covers(queue: Whole, resource: str) -> bool:
    return any(resource in resources for _, resources in order(queue))
