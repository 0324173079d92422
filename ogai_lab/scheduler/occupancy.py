"""What is held and what is free, of nodes and of queues. Values in, values out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ogai_lab.scheduler.engines.base import Placement
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.types import Gpu, JobState, Node, Queue

_Here = tuple[Entry, Placement]
"""A job that holds a part of a node, and which part."""


def nodes(inventory: Sequence[Node], active: Sequence[Entry]) -> list[Node]:
    """Return the nodes with what active jobs leave free of them."""
    here: dict[str, list[_Here]] = defaultdict(list)
    for one in active:
        for placed in one.placements:
            here[placed.node].append((one, placed))
    return [_node(node, here.get(node.name, ())) for node in inventory]


def queues(
    configs: Sequence[QueueConfig], active: Sequence[Entry], waiting: Mapping[str, int]
) -> list[Queue]:
    """Return the queues with what their active jobs hold, and how many jobs wait in each."""
    return [
        Queue(
            name=config.name,
            cpus=config.cpus,
            gpus=config.gpus,
            cpus_used=sum(one.cpus * one.nodes for one in active if one.queue == config.name),
            gpus_used=sum(one.gpus * one.nodes for one in active if one.queue == config.name),
            running=sum(one.queue == config.name for one in active),
            waiting=waiting.get(config.name, 0),
        )
        for config in configs
    ]


def held(active: Sequence[Entry]) -> dict[str, tuple[float, frozenset[int]]]:
    """Return the cores and the GPUs that jobs past their start hold, by node."""
    cores: dict[str, float] = defaultdict(float)
    gpus: dict[str, set[int]] = defaultdict(set)
    for one in active:
        if one.state is not JobState.STARTING:
            for placed in one.placements:
                cores[placed.node] += one.cpus
                gpus[placed.node].update(placed.gpus)
    return {node: (cores[node], frozenset(gpus[node])) for node in cores}


def _node(node: Node, here: Sequence[_Here]) -> Node:
    holder = {gpu: one for one, placed in here for gpu in placed.gpus}
    gpus = [_gpu(gpu, holder.get(gpu.index)) for gpu in node.gpus]
    return node.model_copy(
        update={
            "state": "busy" if here and node.state == "ready" else node.state,
            "cpus_free": max(0.0, node.cpus - sum(one.cpus for one, _ in here)),
            "memory_free": max(0, node.memory - sum(one.memory for one, _ in here)),
            "gpus": gpus,
            "gpus_free": sum(gpu.index not in holder and not gpu.problem for gpu in gpus),
            "jobs": list(dict.fromkeys(one.id for one, _ in here)),
            "queues": sorted({one.queue for one, _ in here}),
        }
    )


def _gpu(gpu: Gpu, holder: Entry | None) -> Gpu:
    if holder is None:
        return gpu
    return gpu.model_copy(update={"job": holder.id, "owner": holder.owner})
