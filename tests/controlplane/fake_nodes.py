"""Nodes that kwok plays: the API server sees GPUs, racks and leases, and no machine is behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.controlplane.client import Client, Object, holds, until

NODES = "/api/v1/nodes"
GPU = "nvidia.com/gpu"
POOL, BLOCK, RACK = "sim/pool", "sim/block", "sim/rack"
HOSTNAME = "kubernetes.io/hostname"
TAINT = "kwok.x-k8s.io/node"


@dataclass(frozen=True)
class Shape:
    """What each of some like nodes has.

    Attributes
    ----------
    gpus : int
        How many of `gpu` a node offers.
    rack, block : int
        Nodes a rack and racks a block; told by the labels ``sim/rack`` and ``sim/block``.
    resources : Mapping[str, str]
        More resources, RDMA devices for example; they win over what stands here.
    """

    gpus: int = 8
    gpu: str = GPU
    cpu: int = 192
    memory: str = "2Ti"
    rack: int = 8
    block: int = 4
    labels: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Mapping[str, str]] = ()


def node(name: str, number: int, pool: str, shape: Shape) -> Object:
    """Return the object of one node, the `number`-th of its pool."""
    rack = number // shape.rack
    block = rack // shape.block
    has = {"cpu": str(shape.cpu), "memory": shape.memory, "pods": "110", "ephemeral-storage": "1Ti"}
    if shape.gpus:
        has[shape.gpu] = str(shape.gpus)
    has |= shape.resources
    labels = {
        HOSTNAME: name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        POOL: pool,
        BLOCK: f"{pool}-b{block}",
        RACK: f"{pool}-b{block}-r{rack % shape.block}",
        **shape.labels,
    }
    own = {"key": TAINT, "value": "fake", "effect": "NoSchedule"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {TAINT: "fake"}},
        "spec": {"taints": [own, *shape.taints]},
        "status": {"allocatable": has, "capacity": has},
    }


def add(api: Client, pool: str, count: int, shape: Shape, first: int = 0) -> list[str]:
    """Add `count` nodes to a pool, wait until they take pods, and return their names."""
    made = [
        node(f"{pool}-{number:03d}", number, pool, shape) for number in range(first, first + count)
    ]
    with ThreadPoolExecutor(8) as several:
        list(several.map(api.create, made))
    until(f"{count} fake nodes of {pool} take pods", lambda: _usable(api, pool) >= first + count)
    return [str(entry["metadata"]["name"]) for entry in made]


def remove(api: Client, names: Iterable[str]) -> None:
    """Remove nodes; those that are gone are no error."""
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda name: api.delete(f"{NODES}/{name}"), names))


def _usable(api: Client, pool: str) -> int:
    """Count the nodes that are ready and that the node controller has released."""
    return sum(
        holds(found, "Ready")
        and not any(
            taint["key"].startswith("node.kubernetes.io/")
            for taint in found["spec"].get("taints", [])
        )
        for found in api.items(NODES, labelSelector=f"{POOL}={pool}")
    )
