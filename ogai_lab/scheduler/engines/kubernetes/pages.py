"""A cluster at a glance and one of its nodes in full, from what is mirrored. Values in and out."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.scheduler.clusters.pages import Amount, ClusterGlance, NodePage, Status, Tenant
from ogai_lab.scheduler.clusters.types import ClusterQueueView
from ogai_lab.scheduler.engines.kubernetes import names
from ogai_lab.scheduler.engines.kubernetes.accelerators import fast_network, is_accelerator
from ogai_lab.scheduler.engines.kubernetes.nodes import complaints
from ogai_lab.scheduler.engines.kubernetes.objects import NodeObject, PodObject
from ogai_lab.scheduler.engines.kubernetes.quantities import total
from ogai_lab.scheduler.types import Node

_FIRST = ("cpu", "memory", "ephemeral-storage", "pods")


def glance(
    name: str, namespace: str, nodes: Sequence[Node], queues: Sequence[ClusterQueueView] | None
) -> ClusterGlance:
    """Return a cluster's sums; what nodes that take no jobs have is not free."""
    usable = [node for node in nodes if node.state in ("ready", "busy")]
    found = ClusterGlance(
        name=name,
        namespace=namespace,
        gpus=sum(len(node.gpus) for node in nodes),
        gpus_free=sum(node.gpus_free for node in usable),
        cpus=sum(node.cpus for node in nodes),
        cpus_free=sum(node.cpus_free for node in usable),
        queues=None if queues is None else list(queues),
    )
    found.states = {"ready": 0, "busy": 0, "unreachable": 0, "draining": 0}
    for node in nodes:
        found.states[node.state] += 1
    return found


def page(
    cluster: str,
    node: NodeObject,
    shown: Node,
    pods: Sequence[PodObject] | None,
    stale_since: float | None,
) -> NodePage:
    """Return all that is known of a node.

    Parameters
    ----------
    shown
        The node as lists show it.
    pods
        Those that hold a part of it; None where they may not be seen.
    """
    return NodePage(
        cluster=cluster,
        node=shown,
        system=node.info.get("osImage", ""),
        kernel=node.info.get("kernelVersion", ""),
        architecture=node.info.get("architecture", ""),
        runtime=node.info.get("containerRuntimeVersion", ""),
        kubelet=node.version,
        created=node.created,
        amounts=amounts(node, pods),
        statuses=_statuses(node),
        tenants=None if pods is None else [_tenant(pod) for pod in sorted(pods, key=_weight)],
        stale_since=stale_since,
    )


def amounts(node: NodeObject, pods: Sequence[PodObject] | None) -> list[Amount]:
    """Return what a node has and what pods asked for: accelerators first, then cores and bytes."""
    taken = total(pod.requests for pod in pods or ()) | {"pods": float(len(pods or ()))}
    fast = set(fast_network(node.capacity))

    def turn(resource: str) -> tuple[int, int, str]:
        if is_accelerator(resource):
            return 0, 0, resource
        if resource in _FIRST:
            return 1, _FIRST.index(resource), resource
        return 2 if resource in fast else 3, 0, resource

    return [
        Amount(
            resource=resource,
            allocatable=node.allocatable.get(resource, 0.0),
            requested=None if pods is None else taken.get(resource, 0.0),
            fast=resource in fast,
        )
        for resource in sorted({*node.capacity, *node.allocatable}, key=turn)
    ]


def _statuses(node: NodeObject) -> list[Status]:
    """Return a node's conditions, those that tell of trouble first."""
    troubles = complaints(node)
    found = [
        Status(
            type=one.type,
            holds=one.status,
            wanted=one.status if one.type == "Ready" else one not in troubles,
            reason=one.reason,
            message=one.message,
            since=one.time,
        )
        for one in node.conditions
    ]
    return sorted(found, key=lambda one: (one.wanted, one.type != "Ready", one.type))


def _tenant(pod: PodObject) -> Tenant:
    return Tenant(
        pod=pod.name,
        namespace=pod.namespace,
        phase=pod.phase,
        job=pod.labels.get(names.JOB, ""),
        owner=pod.annotations.get(names.OWNER, ""),
        cpus=pod.requests.get("cpu", 0.0),
        memory=int(pod.requests.get("memory", 0)),
        gpus=_gpus(pod),
    )


def _gpus(pod: PodObject) -> int:
    return int(sum(count for name, count in pod.requests.items() if is_accelerator(name)))


def _weight(pod: PodObject) -> tuple[int, str, str]:
    return -_gpus(pod), pod.namespace, pod.name
