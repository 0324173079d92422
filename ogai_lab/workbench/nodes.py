"""The nodes of this machine's layer as the scheduler sees nodes: neither layer knows the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.scheduler.types import Gpu, Node

if TYPE_CHECKING:
    from ogai_lab.cluster.telemetry.source import Glance


def scheduled(glance: Glance) -> Node:
    """Return a node as the scheduler sees it, without its jobs."""
    gpus = [
        Gpu(
            index=gpu.index,
            name=gpu.name,
            uuid=gpu.uuid,
            memory=gpu.memory or 0,
            memory_used=gpu.memory_used,
            utilization=gpu.utilization,
            temperature=gpu.temperature,
            problem=gpu.problem,
        )
        for gpu in glance.gpus
    ]
    return Node(
        name=glance.name,
        state=glance.state,
        cpus=glance.cpus,
        cpus_free=glance.cpus,
        memory=glance.memory,
        memory_free=glance.memory,
        gpus=gpus,
        gpus_free=sum(not gpu.problem for gpu in gpus),
        rack=glance.rack,
        labels=dict(glance.labels),
        health=glance.health,
        cpu=glance.cpu,
        memory_used=glance.memory_used,
    )
