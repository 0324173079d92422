"""The machine we run on: cores, memory, disks, network interfaces, GPUs."""

from __future__ import annotations

import os
import platform
import socket
from pathlib import Path

import psutil

from ogai_lab.cluster.telemetry import gpus
from ogai_lab.cluster.telemetry.limits import memory_limit, usable_cpus
from ogai_lab.cluster.types import Disk, Interface, Machine


def machine(home: Path) -> Machine:
    """Return what this machine has, and what is free of it.

    Parameters
    ----------
    home
        The home folder; its disk is among the disks and marked.
    """
    system = platform.uname()
    memory, available = usable_memory()
    found = gpus.survey()
    return Machine(
        name=socket.gethostname(),
        boot_id=boot_id(),
        system=system.system,
        kernel=system.release,
        architecture=system.machine,
        python=platform.python_version(),
        cpu=_cpu_name() or system.processor or system.machine,
        cores=os.cpu_count() or 1,
        cpus=usable_cpus(),
        memory=memory,
        memory_available=available,
        swap=psutil.swap_memory().total,
        disks=disks(home),
        interfaces=interfaces(),
        gpus=list(found.gpus),
        driver=found.driver,
        cuda=found.cuda,
        gpu_problem=found.problem,
    )


def boot_id() -> str:
    """Return what names this start of the machine; another boot has another."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(int(psutil.boot_time()))


def usable_memory() -> tuple[int, int]:
    """Return how many bytes of memory we may use, and how many of them are free now."""
    memory = psutil.virtual_memory()
    limit = memory_limit()
    if limit is None or limit.limit >= memory.total:
        return memory.total, memory.available
    return limit.limit, max(0, min(memory.available, limit.limit - limit.used))


def disks(home: Path) -> list[Disk]:
    """Return the mounted disks, and whichever file systems hold what is ours."""
    ours = {"home": home, "temporary": Path("/tmp"), "shared memory": Path("/dev/shm")}  # noqa: S108
    holds: dict[str, list[str]] = {}
    for what, path in ours.items():
        if path.exists():
            holds.setdefault(_mount_point(path), []).append(what)
    mounted = {part.mountpoint: part for part in psutil.disk_partitions(all=True)}
    shown = {part.mountpoint for part in psutil.disk_partitions()} | set(holds)
    found = []
    for point in sorted(shown):
        try:
            usage = psutil.disk_usage(point)
        except OSError:  # a mount we may not look at
            continue
        part = mounted.get(point)
        found.append(
            Disk(
                path=point,
                device=part.device if part else "",
                filesystem=part.fstype if part else "",
                total=usage.total,
                free=usage.free,
                holds=holds.get(point, []),
            )
        )
    return found


def interfaces() -> list[Interface]:
    """Return the network interfaces; the loopback is left out."""
    addresses = psutil.net_if_addrs()
    internet = (socket.AF_INET, socket.AF_INET6)
    return [
        Interface(
            name=name,
            up=state.isup,
            speed=state.speed or None,
            mtu=state.mtu,
            addresses=[
                item.address.split("%")[0]
                for item in addresses.get(name, [])
                if item.family in internet
            ],
            infiniband=name.startswith("ib"),
        )
        for name, state in sorted(psutil.net_if_stats().items())
        if "loopback" not in state.flags.split(",")
    ]


def _mount_point(path: Path) -> str:
    path = path.resolve()
    while not path.is_mount():
        path = path.parent
    return str(path)


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model"):
                return value.strip()
    except OSError:
        pass
    return ""
