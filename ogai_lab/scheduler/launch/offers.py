"""What is free now, by queue, and when more will be. Values in, values out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ogai_lab.scheduler.launch.types import Offers, QueueRoom, Release, Room
from ogai_lab.scheduler.placement import Free, free_of
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.scene import Other
from ogai_lab.scheduler.types import Node

_SHOWN = 100


def offers(
    nodes: Sequence[Node],
    active: Sequence[Other],
    queues: Sequence[QueueConfig],
    waiting: Mapping[str, int],
    led: bool,
) -> Offers:
    """Return what a job could have now, and what each active job will give back.

    Parameters
    ----------
    nodes
        The inventory, as the engine has it.
    active
        The jobs that hold resources.
    waiting
        How many jobs wait, by queue.
    """
    free = free_of(nodes, [one.held for one in active])
    ends = sorted((_release(one) for one in active), key=_when)
    return Offers(
        queues=[_queue(queue, free, active, waiting.get(queue.name, 0)) for queue in queues],
        nodes=len(free),
        releases=ends[:_SHOWN],
        led=led,
    )


def _queue(
    queue: QueueConfig, free: Sequence[Free], active: Sequence[Other], waiting: int
) -> QueueRoom:
    mine = [one.held.need for one in active if one.held.need.queue == queue.name]
    cpus = math.inf if queue.cpus is None else queue.cpus - sum(n.cpus * n.nodes for n in mine)
    gpus = math.inf if queue.gpus is None else queue.gpus - sum(n.gpus * n.nodes for n in mine)
    there = Room(
        cpus=sum(max(0.0, one.cpus) for one in free),
        gpus=sum(len(one.gpus) for one in free),
        memory=sum(max(0, one.memory) for one in free),
    )
    most = max(free, key=lambda one: (len(one.gpus), one.cpus, one.memory), default=None)
    largest = Room(
        cpus=max(0.0, most.cpus) if most else 0.0,
        gpus=len(most.gpus) if most else 0,
        memory=max(0, most.memory) if most else 0,
    )
    return QueueRoom(
        name=queue.name,
        free=_within(there, cpus, gpus),
        largest=_within(largest, cpus, gpus),
        limited=cpus < there.cpus or gpus < there.gpus,
        waiting=waiting,
    )


def _within(room: Room, cpus: float, gpus: float) -> Room:
    return Room(
        cpus=max(0.0, min(room.cpus, cpus)),
        gpus=int(max(0, min(room.gpus, gpus))),
        memory=room.memory,
    )


def _release(one: Other) -> Release:
    need = one.held.need
    return Release(
        job=one.shown.id,
        name=one.shown.name,
        owner=one.shown.owner,
        queue=need.queue,
        seconds_left=one.shown.seconds_left,
        room=Room(
            cpus=need.cpus * need.nodes,
            gpus=need.gpus * need.nodes,
            memory=need.memory * need.nodes,
        ),
    )


def _when(release: Release) -> float:
    return math.inf if release.seconds_left is None else release.seconds_left
