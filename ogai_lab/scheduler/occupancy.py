"""What is held and what is free, of nodes and of queues. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.types import Node, Queue


def nodes(inventory: Sequence[Node], active: Sequence[Entry]) -> list[Node]:
    """Return the nodes with what active jobs leave free of them."""
    return [_node(node, active) for node in inventory]


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


def _node(node: Node, active: Sequence[Entry]) -> Node:
    here = [
        (one, placed) for one in active for placed in one.placements if placed.node == node.name
    ]
    holder = {gpu: one.id for one, placed in here for gpu in placed.gpus}
    gpus = [gpu.model_copy(update={"job": holder.get(gpu.index, gpu.job)}) for gpu in node.gpus]
    return node.model_copy(
        update={
            "state": "busy" if here and node.state == "ready" else node.state,
            "cpus_free": max(0.0, node.cpus - sum(one.cpus for one, _ in here)),
            "memory_free": max(0, node.memory - sum(one.memory for one, _ in here)),
            "gpus": gpus,
            "gpus_free": sum(gpu.index not in holder for gpu in gpus),
            "jobs": list(dict.fromkeys(one.id for one, _ in here)),
        }
    )
