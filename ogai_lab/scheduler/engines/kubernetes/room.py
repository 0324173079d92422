"""Room on nodes: how many pods of a job nodes could take now, and whether near one another."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ogai_lab.scheduler.clusters.types import Need
from ogai_lab.scheduler.engines.kubernetes.layout import Layout
from ogai_lab.scheduler.engines.kubernetes.nodes import free, usable
from ogai_lab.scheduler.engines.kubernetes.objects import NodeObject, PodObject, Whole
from ogai_lab.scheduler.engines.kubernetes.topology import wishes

_REQUIRED = "kueue.x-k8s.io/podset-required-topology"


@dataclass(frozen=True, slots=True)
class Room:
    """A node that takes pods, and what is free of it."""

    node: NodeObject
    free: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a job fits on nodes. None: that cannot be seen.

    `room` is how many of its pods could start now, `now` whether all could, as near as is
    required; `possible` whether they could if nothing else ran.
    """

    possible: bool
    now: bool | None
    room: int | None
    words: str


def rooms(nodes: Sequence[NodeObject], pods: Mapping[str, Sequence[PodObject]]) -> list[Room]:
    """Return what the pods on each node leave of it."""
    return [Room(node, free(node, pods.get(node.name, ()))) for node in nodes]


def of_flavor(
    rooms: Sequence[Room], flavor: Whole | None, tolerations: Sequence[Mapping[str, Any]] = ()
) -> list[Room]:
    """Return the rooms of a flavor on nodes that take pods with these tolerations."""
    spec = flavor.spec if flavor else {}
    labels = spec.get("nodeLabels") or {}
    tolerated = [*tolerations, *(spec.get("tolerations") or ())]
    return [
        one
        for one in rooms
        if all(one.node.labels.get(name) == value for name, value in labels.items())
        and usable(one.node, tolerated)
    ]


def fit(
    need: Need,
    layout: Layout,
    levels: Sequence[str],
    asked: Mapping[str, float],
    rooms: Sequence[Room] | None,
) -> Fit:
    """Return how a job fits on the nodes of a flavor.

    Parameters
    ----------
    levels
        The labels of the flavor's topology, the widest first.
    asked
        What each pod asks for.

    Raises
    ------
    InvalidInput
        When the wanted level is none that is known.
    """
    wanted = wishes(need.topology, layout.levels, levels)
    if wanted and not levels:
        return Fit(False, False, None, "The flavor has no topology.")
    if rooms is None:
        return Fit(True, None, None, "Nodes cannot be seen." if wanted else "")
    slots, most = _slots(rooms, asked)
    if not wanted:
        return Fit(
            possible=sum(most.values()) >= need.nodes,
            now=sum(slots.values()) >= need.nodes,
            room=sum(slots.values()),
            words="" if sum(most.values()) >= need.nodes else _too_few(rooms, asked, most, need),
        )
    ((strength, label),) = wanted.items()
    return _near(need, label, strength == _REQUIRED, rooms, slots, most)


def places(free: Mapping[str, float], asked: Mapping[str, float]) -> int:
    """Return how many pods fit into what is free."""
    fitting = [
        math.floor(free.get(name, 0.0) / amount + 1e-9) for name, amount in asked.items() if amount
    ]
    return max(0, min(fitting, default=0))


def _slots(
    rooms: Sequence[Room], asked: Mapping[str, float]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many pods each node could take now, and how many if it were empty."""
    known: dict[tuple[float, ...], int] = {}  # most nodes are alike

    def count(has: Mapping[str, float]) -> int:
        key = tuple(has.get(name, 0.0) for name in asked)
        if key not in known:
            known[key] = places(has, asked)
        return known[key]

    now = {one.node.name: count(one.free) for one in rooms}
    return now, {one.node.name: count(one.node.allocatable) for one in rooms}


def _near(
    need: Need,
    label: str,
    required: bool,
    rooms: Sequence[Room],
    slots: Mapping[str, int],
    most: Mapping[str, int],
) -> Fit:
    free_in: dict[str, int] = defaultdict(int)
    most_in: dict[str, int] = defaultdict(int)
    for one in rooms:
        domain = one.node.labels.get(label)
        if domain is not None:
            free_in[domain] += slots[one.node.name]
            most_in[domain] += most[one.node.name]
    best, name = max(((count, domain) for domain, count in free_in.items()), default=(0, ""))
    level = label.rpartition("/")[2]
    if best >= need.nodes:
        return Fit(True, True, sum(slots.values()), f"It fits into one {level}: {name}.")
    words = f"No {level} has more than {best} of {need.nodes} places now."
    if required:
        largest = max(most_in.values(), default=0)
        if largest < need.nodes:
            words = f"No {level} has more than {largest} of {need.nodes} places."
        return Fit(largest >= need.nodes, False, sum(slots.values()), words)
    return Fit(
        sum(most.values()) >= need.nodes,
        sum(slots.values()) >= need.nodes,
        sum(slots.values()),
        f"{words} It would spread.",
    )


def _too_few(
    rooms: Sequence[Room], asked: Mapping[str, float], most: Mapping[str, int], need: Need
) -> str:
    for name, amount in asked.items():
        if not any(one.node.allocatable.get(name, 0.0) >= amount for one in rooms):
            return f"None of its nodes has {amount:g} {name}."
    return f"Its nodes have {sum(most.values())} places, not {need.nodes}."
