"""Nodes as people see them: what each has, what pods leave free, where it stands.

Values in, values out; `NodesView` keeps what it has made for as long as nothing of it changes, so
that a look at a thousand nodes costs what has changed since the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ogai_lab.scheduler.engines.kubernetes import names
from ogai_lab.scheduler.engines.kubernetes.accelerators import (
    Accelerators,
    accelerators,
    memory,
)
from ogai_lab.scheduler.engines.kubernetes.mirror import Mirror
from ogai_lab.scheduler.engines.kubernetes.objects import (
    Condition,
    NodeObject,
    PodObject,
    Taint,
    Whole,
)
from ogai_lab.scheduler.engines.kubernetes.quantities import total
from ogai_lab.scheduler.types import Gpu, Node

RACKS = (
    "topology.kubernetes.io/rack",
    "cloud.provider.com/topology-rack",
    "topology.k8s.aws/network-node-layer-3",
    "cloud.google.com/gce-topology-subblock",
    "cloud.google.com/gce-topology-block",
    "nvidia.com/gpu.clique",
    "rack",
    "topology.kubernetes.io/zone",
)
"""Labels that say where a node stands, the nearest first."""

_State = Literal["ready", "busy", "unreachable", "draining"]
_Health = Literal["ok", "warn", "critical"]
_HOST = "kubernetes.io/hostname"
_UNREACHABLE = ("node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready")
_GPU_TAINTS = ("nvidia.com/gpu", "amd.com/gpu")  # pods that ask for one are made to tolerate it


def view(
    node: NodeObject,
    pods: Sequence[PodObject],
    levels: Sequence[str] = (),
    flavors: Sequence[Whole] = (),
) -> Node:
    """Return a node as people see it.

    Parameters
    ----------
    pods
        Those that hold a part of it.
    levels
        Labels of the cluster's topology, the widest first.
    flavors
        The flavors of the cluster's quotas.
    """
    left = free(node, pods)
    gpus = _gpus(node, pods)
    return Node(
        name=node.name,
        state=_state(node, pods),
        cpus=node.allocatable.get("cpu", 0.0),
        cpus_free=max(0.0, left.get("cpu", 0.0)),
        memory=int(node.allocatable.get("memory", 0)),
        memory_free=int(max(0.0, left.get("memory", 0.0))),
        gpus=gpus,
        gpus_free=sum(gpu.job is None and not gpu.problem for gpu in gpus),
        jobs=sorted({pod.labels[names.JOB] for pod in pods if names.JOB in pod.labels}),
        rack=rack(node, levels),
        labels=dict(node.labels),
        flavors=sorted(flavor.name for flavor in flavors if _is_of(node, flavor)),
        taints=[written(taint) for taint in node.taints],
        health=health(node, any(gpu.problem for gpu in gpus)),
    )


def health(node: NodeObject, broken: bool) -> _Health:
    """Return how a node is by what its kubelet says of it.

    Parameters
    ----------
    broken
        Whether a device of it is not well.
    """
    if broken or not node.ready:
        return "critical"
    return "warn" if complaints(node) else "ok"


def complaints(node: NodeObject) -> list[Condition]:
    """Return the conditions that hold and should not: every one but ``Ready`` tells of trouble."""
    return [one for one in node.conditions if one.status and one.type != "Ready"]


def written(taint: Taint) -> str:
    """Return a taint as kubectl writes it."""
    return f"{taint.key}{f'={taint.value}' if taint.value else ''}:{taint.effect}"


def free(node: NodeObject, pods: Sequence[PodObject]) -> dict[str, float]:
    """Return what pods leave of what a node has for them."""
    taken = total(pod.requests for pod in pods)
    return {name: amount - taken.get(name, 0.0) for name, amount in node.allocatable.items()}


def rack(node: NodeObject, levels: Sequence[str] = ()) -> str:
    """Return where a node stands: by the narrowest level of a topology, or by a usual label."""
    known = [label for label in reversed(levels) if label != _HOST]
    return next((node.labels[label] for label in (*known, *RACKS) if label in node.labels), "")


def usable(node: NodeObject, tolerations: Sequence[Mapping[str, Any]] = ()) -> bool:
    """Return whether pods with these tolerations may start on a node."""
    return (
        node.ready
        and node.schedulable
        and not any(keeps_off(taint, tolerations) for taint in node.taints)
    )


def keeps_off(taint: Taint, tolerations: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a taint keeps pods with these tolerations off."""
    if taint.effect == "PreferNoSchedule" or taint.key in _GPU_TAINTS:
        return False
    return not any(
        one.get("key", taint.key) == taint.key
        and one.get("effect", taint.effect) in ("", taint.effect)
        and (one.get("operator") == "Exists" or one.get("value", "") == taint.value)
        for one in tolerations
    )


def _is_of(node: NodeObject, flavor: Whole) -> bool:
    labels = flavor.spec.get("nodeLabels") or {}
    return all(node.labels.get(key) == value for key, value in labels.items())


def _state(node: NodeObject, pods: Sequence[PodObject]) -> _State:
    if not node.ready or any(one.key in _UNREACHABLE for one in node.taints):
        return "unreachable"
    if not node.schedulable:
        return "draining"
    return "busy" if any(names.JOB in pod.labels for pod in pods) else "ready"


def _gpus(node: NodeObject, pods: Sequence[PodObject]) -> list[Gpu]:
    """Return a node's accelerators; which pod has which one only its kubelet knows."""
    size = memory(node.labels)
    gpus: list[Gpu] = []
    for kind in accelerators({**node.capacity, **node.allocatable}, node.labels):
        holders = _holders(kind.resource, pods)
        given = int(node.allocatable.get(kind.resource, 0))
        there = max(kind.count, int(node.capacity.get(kind.resource, 0)))
        gpus += [
            _gpu(len(gpus) + place, kind, size, holders[place] if place < len(holders) else None)
            if place < given
            else Gpu(
                index=len(gpus) + place,
                name=kind.name,
                problem="The node's device plugin says that it is not well.",
            )
            for place in range(there)
        ]
    return gpus


def _gpu(index: int, kind: Accelerators, size: int, holder: PodObject | None) -> Gpu:
    if holder is None:
        return Gpu.model_construct(index=index, name=kind.name, memory=0 if kind.part else size)
    return Gpu(
        index=index,
        name=kind.name,
        memory=0 if kind.part else size,
        job=holder.labels.get(names.JOB) or holder.name,
        owner=holder.annotations.get(names.OWNER) or holder.namespace,
    )


def _holders(resource: str, pods: Sequence[PodObject]) -> list[PodObject]:
    return [pod for pod in pods for _ in range(int(pod.requests.get(resource, 0)))]


class NodesView:
    """All nodes as people see them, made anew only where something changed.

    Parameters
    ----------
    nodes, pods
        The mirrors; `pods` is None where the account may not see those of others.
    """

    def __init__(self, nodes: Mirror[NodeObject], pods: Mirror[PodObject] | None) -> None:
        self._nodes = nodes
        self._pods = pods
        self._made: dict[str, tuple[NodeObject, int, Node]] = {}
        self._by: tuple[tuple[str, ...], tuple[Whole, ...]] = ((), ())
        self._seen = (-1, -1)
        self._all: list[Node] = []

    def all(self, levels: Sequence[str] = (), flavors: Sequence[Whole] = ()) -> list[Node]:
        """Return every node, by name."""
        seen = (self._nodes.revision, 0 if self._pods is None else self._pods.revision)
        by = tuple(levels), tuple(sorted(flavors, key=lambda one: one.name))
        if by != self._by:
            self._by, self._made = by, {}
        elif seen == self._seen:
            return list(self._all)
        self._made = {node.name: self._one(node) for node in self._nodes.all()}
        self._seen, self._all = seen, [made[2] for _, made in sorted(self._made.items())]
        return list(self._all)

    def _one(self, node: NodeObject) -> tuple[NodeObject, int, Node]:
        touched = 0 if self._pods is None else self._pods.touched("node", node.name)
        before = self._made.get(node.name)
        if before is not None and before[0] is node and before[1] == touched:
            return before
        pods = [] if self._pods is None else self._pods.by("node", node.name)
        return node, touched, view(node, pods, *self._by)
