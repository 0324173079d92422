"""Over how many nodes a number of GPUs is spread, when only their sum was said."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ogai_lab.scheduler.clusters.types import Need
from ogai_lab.scheduler.engines.kubernetes.room import Room

USUAL = 8
"""GPUs of a node, where nodes cannot be seen."""


def spread(need: Need, resource: str, rooms: Sequence[Room] | None) -> Need:
    """Return a need whose `gpus` were those of all nodes, as one of so many alike nodes.

    Parameters
    ----------
    resource
        What a GPU is called on the nodes.
    rooms
        The nodes; None where they cannot be seen.
    """
    sizes = [int(one.node.allocatable.get(resource, 0)) for one in rooms or ()]
    largest = max(sizes, default=0) or USUAL
    if need.gpus <= largest:
        return need.model_copy(update={"nodes": 1})
    nodes = math.ceil(need.gpus / largest)
    while need.gpus % nodes:  # every node of a job has as many as the others
        nodes += 1
    return need.model_copy(update={"nodes": nodes, "gpus": need.gpus // nodes})
