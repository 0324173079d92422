"""What a simulated node is made of and how its load swings: the same numbers in every run."""

from __future__ import annotations

import functools
import math
from typing import Literal

from ogai_lab.cluster.types import Disk, Gpu, Interface, Outcome

NODES_A_RACK = 16
CORES, MEMORY = 128, 2 << 40
_GPU_NAME, _GPU_MEMORY, _GPU_POWER = "NVIDIA H100 80GB HBM3", 80 << 30, 700.0
_FALLEN = "It has fallen off the bus (Xid 79)."


def name(number: int) -> str:
    """Return the name of a node."""
    rack, place = divmod(number, NODES_A_RACK)
    return f"r{rack + 1:02d}n{place + 1:02d}"


def rack(number: int) -> str:
    """Return the name of the rack a node stands in."""
    return f"rack {number // NODES_A_RACK + 1:02d}"


def state(number: int) -> Literal["ready", "unreachable", "draining"]:
    """Return whether a node answers and takes jobs."""
    if number % 97 == 41:
        return "unreachable"
    return "draining" if number % 61 == 17 else "ready"


def health(number: int, gpus: list[Gpu], answers: bool) -> Outcome:
    """Return what checks would find of a node."""
    if not answers or any(gpu.problem for gpu in gpus):
        return "critical"
    return "warn" if number % 53 == 23 else "ok"


def gpu(number: int, index: int, now: float, answers: bool, held: bool) -> Gpu:
    """Return one GPU of a node as it is now."""
    kept = _gpu(number, index, answers)
    if not answers or kept.problem:
        return kept
    share = load(number, index, now) if held else 0.0
    warm = 31.0 + 6.0 * noise(number, index) + (8.0 if number % 53 == 23 else 0.0)
    return kept.model_copy(
        update={
            "memory_used": int(_GPU_MEMORY * (0.55 + 0.4 * noise(number, 7)))
            if held
            else 512 << 20,
            "utilization": round(share, 2),
            "temperature": float(round(warm + 36.0 * share)),
            "power": float(round(72.0 + (_GPU_POWER - 90.0) * share)),
        }
    )


@functools.cache
def _gpu(number: int, index: int, answers: bool) -> Gpu:
    """Return what of a GPU stays as it is."""
    uuid = f"GPU-{number:08x}-0000-4000-8000-{index:012x}"
    known = Gpu(index=index, name=_GPU_NAME, uuid=uuid, memory=_GPU_MEMORY)
    if (number * 8 + index) % 499 == 211:
        return known.model_copy(update={"problem": _FALLEN})
    if not answers:
        return known
    pci = f"00000000:{index * 16 + 24:02X}:00.0"
    return known.model_copy(update={"pci": pci, "power_limit": _GPU_POWER, "capability": "9.0"})


def load(number: int, index: int, now: float) -> float:
    """Return a share that swings slowly around the node's own level."""
    level, phase = 0.55 + 0.4 * noise(number, 5), 6.28 * noise(number, index, 6)
    return min(1.0, max(0.0, level + 0.09 * math.sin(now / 17.0 + phase)))


def noise(*numbers: int) -> float:
    """Return a number in 0 to 1 that these numbers always have."""
    mixed = 2166136261
    for number in numbers:
        mixed = ((mixed ^ (number & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
        mixed ^= mixed >> 13
    return ((mixed * 0x9E3779B1) & 0xFFFFFFFF) / 0xFFFFFFFF


def disks(number: int) -> list[Disk]:
    """Return the disks of a node."""
    total = 15 << 40
    free = int(total * (0.3 + 0.6 * noise(number, 8)))
    scratch = Disk(path="/scratch", device="/dev/nvme1n1", filesystem="xfs", total=total, free=free)
    system = Disk(
        path="/",
        device="/dev/nvme0n1p2",
        filesystem="ext4",
        total=960 << 30,
        free=690 << 30,
        holds=["home", "temporary"],
    )
    return [system, scratch]


def interfaces(number: int) -> list[Interface]:
    """Return the network interfaces of a node."""
    low, high = number % 250 + 1, number // 250
    fabric = [
        Interface(name=f"ib{port}", up=True, speed=400_000, mtu=4092, infiniband=True)
        for port in range(4)
    ]
    ethernet = Interface(
        name="eth0", up=True, speed=25_000, mtu=9000, addresses=[f"10.0.{high}.{low}"]
    )
    return [ethernet, *fabric]
