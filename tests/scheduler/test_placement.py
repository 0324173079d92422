from __future__ import annotations

import pytest

from ogai_lab.scheduler.engines.base import Placement
from ogai_lab.scheduler.placement import Held, Need, fit, free_of, place
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.types import Gpu, Node

GIB = 1 << 30
NOW = 1000.0


def node(name: str, cpus: float = 8, gpus: int = 0, memory: int = 64, state: str = "ready") -> Node:
    return Node(
        name=name,
        state=state,  # type: ignore[arg-type]
        cpus=cpus,
        cpus_free=cpus,
        memory=memory * GIB,
        memory_free=memory * GIB,
        gpus=[Gpu(index=index, name="gpu") for index in range(gpus)],
    )


def need(
    name: str,
    *,
    nodes: int = 1,
    cpus: float = 1,
    gpus: int = 0,
    memory: int = 0,
    queue: str = "default",
    lasts: float | None = None,
) -> Need:
    return Need(
        id=name, queue=queue, nodes=nodes, cpus=cpus, gpus=gpus, memory=memory * GIB, lasts=lasts
    )


def held(one: Need, *where: str, ends: float | None = None, first_gpu: int = 0) -> Held:
    gpus = tuple(range(first_gpu, first_gpu + one.gpus))
    placements = tuple(Placement(node=name, gpus=gpus) for name in where)
    return Held(need=one, placements=placements, ends=ends)


QUEUES = [QueueConfig(name="default"), QueueConfig(name="small", cpus=2, gpus=1)]

ONE = [node("a", cpus=4, gpus=4)]
TWO = [node("a", cpus=8, gpus=2), node("b", cpus=8, gpus=2)]

CASES = {
    "all that fit start, in order": (
        ONE,
        [],
        [need("1", gpus=2), need("2", gpus=2)],
        {"1": [("a", (0, 1))], "2": [("a", (2, 3))]},
        {},
    ),
    "several nodes of a job on one machine": (
        ONE,
        [],
        [need("1", nodes=2, gpus=2, cpus=2)],
        {"1": [("a", (0, 1)), ("a", (2, 3))]},
        {},
    ),
    "a gang starts whole or not at all": (
        TWO,
        [held(need("r", gpus=1), "b")],
        [need("1", nodes=2, gpus=2)],
        {},
        {"1": "resources"},
    ),
    "no small job passes a large one for ever": (
        ONE,
        [held(need("r", gpus=1), "a")],
        [need("big", gpus=4), need("tiny", gpus=1)],
        {},
        {"big": "resources", "tiny": "behind"},
    ),
    "a job that ends in time passes": (
        ONE,
        [held(need("r", gpus=1), "a", ends=NOW + 100)],
        [need("big", gpus=4), need("short", gpus=1, lasts=99), need("long", gpus=1, lasts=101)],
        {"short": [("a", (1,))]},
        {"big": "resources", "long": "behind"},
    ),
    "where an end is unknown, a timeout does not help": (
        ONE,
        [held(need("r", gpus=1), "a")],
        [need("big", gpus=4), need("short", gpus=1, lasts=1)],
        {},
        {"big": "resources", "short": "behind"},
    ),
    "what the reservation leaves may be used": (
        TWO,
        [held(need("r", gpus=2), "a")],
        [need("big", nodes=2, gpus=2, cpus=1), need("cpu", cpus=2)],
        {"cpu": [("a", ())]},
        {"big": "resources"},
    ),
    "a full queue holds back itself alone": (
        ONE,
        [held(need("r", queue="small"), "a")],
        [need("1", queue="small", cpus=2), need("2", queue="small"), need("3")],
        {"3": [("a", ())]},
        {"1": "queue_limit", "2": "queue_limit"},
    ),
    "a job without GPUs leaves GPU nodes alone": (
        [node("gpu", gpus=4), node("cpu")],
        [],
        [need("1", cpus=8)],
        {"1": [("cpu", ())]},
        {},
    ),
    "a node that drains takes no job": (
        [node("a", state="draining")],
        [],
        [need("1")],
        {},
        {"1": "resources"},
    ),
    "memory counts": (
        [node("a", memory=8)],
        [held(need("r", memory=6), "a")],
        [need("1", memory=3)],
        {},
        {"1": "resources"},
    ),
    "a queue that is gone starts nothing": (
        ONE,
        [],
        [need("1", queue="old"), need("2")],
        {"2": [("a", ())]},
        {"1": "queue_limit"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_place(case) -> None:
    nodes, running, waiting, starts, held_back = case
    outcome = place(nodes, running, waiting, QUEUES, NOW)
    found = {
        name: [(one.node, one.gpus) for one in placements]
        for name, placements in outcome.starts.items()
    }
    assert found == starts
    assert outcome.held_back == held_back


def test_thirds_of_cores_fill_a_node() -> None:
    free = free_of([node("a", cpus=1)], [held(need("r", cpus=1 / 3), "a") for _ in range(2)])
    assert fit(free, need("1", cpus=1 / 3)) is not None


def test_nothing_is_given_twice() -> None:
    """Whatever runs and waits, no core and no GPU of a node is held by two."""
    waiting = [
        need(str(k), nodes=1 + k % 3, cpus=1 + k % 2, gpus=k % 3, lasts=50 * (k % 4) or None)
        for k in range(40)
    ]
    outcome = place(TWO, [held(need("r", gpus=1), "a", ends=NOW + 60)], waiting, QUEUES, NOW)
    cores: dict[str, float] = {"a": 1, "b": 0}
    given = {("a", 0)}
    for one in waiting:
        for where in outcome.starts.get(one.id, ()):
            cores[where.node] += one.cpus
            for gpu in where.gpus:
                assert (where.node, gpu) not in given
                given.add((where.node, gpu))
    assert max(cores.values()) <= 8
    assert outcome.starts
