from __future__ import annotations

import pytest

from ogai_lab.scheduler.clusters.types import Need
from ogai_lab.scheduler.engines.kubernetes.objects import NodeObject
from ogai_lab.scheduler.engines.kubernetes.room import Room
from ogai_lab.scheduler.engines.kubernetes.spread import spread

GPU = "nvidia.com/gpu"


def room(gpus: float) -> Room:
    has = {GPU: gpus}
    node = NodeObject("n", "u", True, "", True, {}, (), has, has, None)
    return Room(node, has)


@pytest.mark.parametrize(
    ("gpus", "sizes", "nodes", "each"),
    [(64, [8, 4], 8, 8), (4, [8], 1, 4), (12, [8], 2, 6), (10, [4], 5, 2), (16, None, 2, 8)],
)
def test_gpus_in_all_are_spread_over_alike_nodes(
    gpus: int, sizes: list[float] | None, nodes: int, each: int
) -> None:
    rooms = None if sizes is None else [room(size) for size in sizes]
    found = spread(Need(gpus=gpus), GPU, rooms)
    assert (found.nodes, found.gpus) == (nodes, each)
