"""Which queued job starts now, and on which nodes and GPUs. Values in, values out.

The order is strict: higher priority first, then who was first. A job that does not fit makes a
reservation, and a job behind it may start only if that cannot delay the reservation ("EASY"
backfill): because it will have ended by then (both ends known from timeouts), or because it takes
only what will still be free then. So a large job is never starved by small ones. A job that its
queue's limit holds back holds back that queue alone, strictly.

All nodes of a job are placed, or none. A node may host several nodes of one job.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ogai_lab.scheduler.engines.base import Placement
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.types import Node

_EPSILON = 1e-9  # cores are floats: three times a third is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a job wants. `cpus`, `gpus` and `memory` are those of one node.

    `lasts` is how many seconds it can last at most, where it has a timeout.
    """

    id: str
    queue: str
    nodes: int
    cpus: float
    gpus: int
    memory: int
    lasts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an active job holds, and when it ends at the latest (Unix seconds), where known."""

    need: Need
    placements: tuple[Placement, ...]
    ends: float | None = None


@dataclass(slots=True)
class Free:
    """What a node has left."""

    node: str
    cpus: float
    memory: int
    gpus: tuple[int, ...]

    def holds(self, need: Need) -> int:
        """Return how many nodes of a job fit here."""
        counts = [need.nodes]
        if need.cpus:
            counts.append(math.floor((self.cpus + _EPSILON) / need.cpus))
        if need.gpus:
            counts.append(len(self.gpus) // need.gpus)
        if need.memory:
            counts.append(self.memory // need.memory)
        return max(0, min(counts))

    def take(self, need: Need, gpus: Sequence[int]) -> None:
        """Leave out what one node of a job holds."""
        self.cpus -= need.cpus
        self.memory -= need.memory
        self.gpus = tuple(gpu for gpu in self.gpus if gpu not in gpus)

    def give(self, need: Need, gpus: Sequence[int]) -> None:
        """Take back what one node of a job held."""
        self.cpus += need.cpus
        self.memory += need.memory
        self.gpus = tuple(sorted({*self.gpus, *gpus}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What `place` decided: who starts where, and what holds back each of the others.

    `held_back` gives, for a job that stays queued, ``"resources"`` (it makes the reservation),
    ``"queue_limit"`` (its queue is full) or ``"behind"`` (it would delay somebody before it).
    """

    starts: Mapping[str, tuple[Placement, ...]] = field(default_factory=dict)
    held_back: Mapping[str, str] = field(default_factory=dict)


def free_of(nodes: Sequence[Node], held: Sequence[Held]) -> list[Free]:
    """Return what active jobs leave of the nodes that take jobs."""
    free = {
        node.name: Free(node.name, node.cpus, node.memory, tuple(gpu.index for gpu in node.usable))
        for node in nodes
        if node.state in ("ready", "busy")
    }
    for one in held:
        for placement in one.placements:
            if placement.node in free:
                free[placement.node].take(one.need, placement.gpus)
    return list(free.values())


def fit(free: Sequence[Free], need: Need) -> tuple[Placement, ...] | None:
    """Place all nodes of a job, or return None.

    The fullest node that has room is filled first, and a job without GPUs goes to nodes without
    GPUs first, so that large holes stay large.
    """
    order = sorted(free, key=lambda one: (len(one.gpus), one.cpus, one.node))
    placements: list[Placement] = []
    for one in order:
        for part in range(min(one.holds(need), need.nodes - len(placements))):
            gpus = one.gpus[part * need.gpus : (part + 1) * need.gpus]
            placements.append(Placement(node=one.node, gpus=gpus))
    return tuple(placements) if len(placements) == need.nodes else None


def place(
    nodes: Sequence[Node],
    held: Sequence[Held],
    waiting: Sequence[Need],
    queues: Sequence[QueueConfig],
    now: float,
) -> Outcome:
    """Decide who of `waiting`, who stand in order, starts now."""
    free = free_of(nodes, held)
    room = _room(queues, held)
    running = list(held)
    starts: dict[str, tuple[Placement, ...]] = {}
    held_back: dict[str, str] = {}
    full: set[str] = set()
    reservation: _Reservation | None = None
    for need in waiting:
        if need.queue in full or not room.get(need.queue, _NO_ROOM).takes(need):
            full.add(need.queue)
            held_back[need.id] = "queue_limit"
            continue
        placements = fit(free, need)
        if placements is None:
            reservation = reservation or _reserve(free, running, need)
            held_back[need.id] = "resources" if reservation.id == need.id else "behind"
            continue
        if reservation is not None:
            placements = reservation.admits(need, free, now)
            if placements is None:
                held_back[need.id] = "behind"
                continue
        _take(free, need, placements)
        room[need.queue].take(need)
        ends = None if need.lasts is None else now + need.lasts
        running.append(Held(need=need, placements=placements, ends=ends))
        starts[need.id] = placements
    return Outcome(starts=starts, held_back=held_back)


@dataclass(slots=True)
class _Room:
    """What a queue's limits leave."""

    cpus: float
    gpus: float

    def takes(self, need: Need) -> bool:
        return (
            need.nodes * need.cpus <= self.cpus + _EPSILON and need.nodes * need.gpus <= self.gpus
        )

    def take(self, need: Need) -> None:
        self.cpus -= need.nodes * need.cpus
        self.gpus -= need.nodes * need.gpus


_NO_ROOM = _Room(0.0, 0.0)


def _room(queues: Sequence[QueueConfig], held: Sequence[Held]) -> dict[str, _Room]:
    room = {
        queue.name: _Room(
            math.inf if queue.cpus is None else queue.cpus,
            math.inf if queue.gpus is None else queue.gpus,
        )
        for queue in queues
    }
    for one in held:
        if one.need.queue in room:
            room[one.need.queue].take(one.need)
    return room


@dataclass(slots=True)
class _Reservation:
    """When the first job that does not fit can start at the latest, and what stays free then.

    `at` is None where that is not known, because a job before it has no timeout.
    """

    id: str
    at: float | None
    spare: list[Free]

    def admits(self, need: Need, free: Sequence[Free], now: float) -> tuple[Placement, ...] | None:
        """Return where a job can start now without delaying the reservation, if anywhere."""
        if self.at is not None and need.lasts is not None and now + need.lasts <= self.at:
            return fit(free, need)
        both = [_smaller(one, then) for one in free for then in self.spare if one.node == then.node]
        placements = fit(both, need)
        if placements is not None:
            _take(self.spare, need, placements)
        return placements


def _reserve(free: Sequence[Free], running: Sequence[Held], need: Need) -> _Reservation:
    later = [Free(one.node, one.cpus, one.memory, one.gpus) for one in free]
    nodes = {one.node: one for one in later}
    at: float | None = None
    by_end = sorted(running, key=lambda held: math.inf if held.ends is None else held.ends)
    for held in by_end:
        for placement in held.placements:
            if placement.node in nodes:
                nodes[placement.node].give(held.need, placement.gpus)
        at = held.ends
        placements = fit(later, need)
        if placements is not None:
            _take(later, need, placements)
            return _Reservation(need.id, at, later)
    # It fits on no node that answers now; what waits behind it need not wait for it.
    return _Reservation(need.id, None, later)


def _take(free: Sequence[Free], need: Need, placements: Sequence[Placement]) -> None:
    nodes = {one.node: one for one in free}
    for placement in placements:
        nodes[placement.node].take(need, placement.gpus)


def _smaller(one: Free, other: Free) -> Free:
    return Free(
        one.node,
        min(one.cpus, other.cpus),
        min(one.memory, other.memory),
        tuple(gpu for gpu in one.gpus if gpu in other.gpus),
    )
