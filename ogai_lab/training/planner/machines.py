"""How many nodes, ranks and GPUs a recipe gets of the nodes that there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.types import Node

MOST_CPU_RANKS = 8


@dataclass(frozen=True, kw_only=True)
class Machines:
    """What a plan runs on; `processes` and `gpus` are a node's."""

    nodes: int
    processes: int
    gpus: int
    threads: int
    memory: int | None  # bytes a rank, None where nobody said

    @property
    def ranks(self) -> int:
        """How many ranks there are in all."""
        return self.nodes * self.processes


def choose(
    global_batch: int,
    cluster: Sequence[Node],
    nodes: int | None,
    processes: int | None,
    gpus: int | None,
) -> Machines:
    """Choose what is None and check what is given.

    Raises
    ------
    InvalidInput
        When no node has so much, or the ranks cannot share the batch evenly.
    """
    nodes = 1 if nodes is None else nodes
    for name, value, least in (("nodes", nodes, 1), ("processes", processes, 1), ("gpus", gpus, 0)):
        if value is not None and value < least:
            raise InvalidInput(f"{name} {value} is less than {least}.", field=name)
    cluster = [node for node in cluster if node.state in ("ready", "busy")] or cluster
    gpus = _gpus(global_batch, cluster, nodes, processes, gpus)
    fitting = [node for node in cluster if len(node.usable) >= gpus]
    cores = max(1, int(min((node.cpus for node in fitting), default=1)))
    ranks = gpus or processes or _even_ranks(global_batch, nodes, min(cores, MOST_CPU_RANKS))
    if not gpus and fitting and ranks > (most := max(node.cpus for node in fitting)):
        raise InvalidInput(
            f"processes {ranks} is more than the cores of any node ({most:g}).",
            action=f"Ask for {int(most)} or fewer.",
            field="processes",
        )
    _check_even(global_batch, nodes, ranks)
    share = math.ceil(nodes / len(fitting)) if fitting else 1  # nodes of the job on one machine
    return Machines(
        nodes=nodes,
        processes=ranks,
        gpus=gpus,
        threads=max(1, cores // (ranks * share)),
        memory=_memory(fitting, gpus, ranks * share),
    )


def _gpus(
    global_batch: int,
    cluster: Sequence[Node],
    nodes: int,
    processes: int | None,
    gpus: int | None,
) -> int:
    most = max((len(node.usable) for node in cluster), default=0)
    if gpus is None:
        wanted = _even_ranks(global_batch, nodes, most) if processes is None else processes
        return wanted if wanted <= most else 0
    if cluster and gpus > most:
        raise InvalidInput(
            f"gpus {gpus} is more than any node has ({most}).",
            action=f"Ask for {most} or fewer." if most else "Leave gpus out: CPUs train too.",
            field="gpus",
        )
    if gpus and processes not in (None, gpus):
        raise InvalidInput(
            f"processes {processes} does not fit gpus {gpus}: each rank trains on one GPU.",
            action=f"Leave processes out, or set it to {gpus}.",
            field="processes",
        )
    return gpus


def _even_ranks(global_batch: int, nodes: int, most: int) -> int:
    return max((n for n in range(1, most + 1) if global_batch % (nodes * n) == 0), default=1)


def _check_even(global_batch: int, nodes: int, processes: int) -> None:
    ranks = nodes * processes
    if global_batch % ranks == 0:
        return
    near = sorted({max(ranks, global_batch // ranks * ranks), (global_batch // ranks + 1) * ranks})
    raise InvalidInput(
        f"global_batch {global_batch} cannot be shared evenly by {ranks} ranks "
        f"({nodes} nodes x {processes} processes).",
        action=f"Set global_batch to {' or '.join(map(str, near))}, or use a number of ranks that "
        f"divides {global_batch}.",
        field="global_batch",
    )


def _memory(nodes: Sequence[Node], gpus: int, ranks_on_machine: int) -> int | None:
    if gpus:
        sizes = [gpu.memory for node in nodes for gpu in node.usable if gpu.memory]
        return min(sizes, default=None)
    smallest = min((node.memory for node in nodes), default=0)
    return smallest // ranks_on_machine or None
