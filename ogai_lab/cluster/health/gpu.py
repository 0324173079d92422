"""Checks of GPUs: whether all answer, memory errors, driver errors, throttling, persistence."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ogai_lab.cluster.telemetry import gpus
from ogai_lab.cluster.types import Check, Outcome

_PCI = Path("/sys/bus/pci/devices")
_KERNEL_LOG = "/dev/kmsg"
_NVIDIA = "0x10de"
_XID = re.compile(r"NVRM: Xid \(PCI:([0-9a-fA-F:.]+)\): (\d+)")
# Xids that the user's program causes (a bad access, its end) say nothing about the hardware.
_PROGRAM_XIDS = frozenset({13, 31, 43, 45, 68, 69, 137})
# nvmlClocksThrottleReason bits that mean "slower than it could be", and why.
_SLOWED = {
    0x08: "hardware slowdown",
    0x20: "too hot (software)",
    0x40: "too hot (hardware)",
    0x80: "power brake",
}


@dataclass(frozen=True, kw_only=True)
class GpuFacts:
    """What the driver says of one GPU; None where it does not say."""

    index: int
    name: str
    problem: str
    uncorrected: int | None
    rows_pending: bool | None
    rows_failed: bool | None
    slowed: int | None
    persistent: bool | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of all GPUs.

    `on_bus` counts NVIDIA GPUs on the PCI bus; `xids` are (PCI address, number) of the driver's
    errors since the kernel log began, None where the log may not be read.
    """

    on_bus: int | None
    problem: str
    gpus: tuple[GpuFacts, ...]
    xids: tuple[tuple[str, int], ...] | None


def gather() -> Facts:
    """Return what the bus, the driver and the kernel log say."""
    with gpus.driver() as (nvml, problem):
        found = () if nvml is None else tuple(_facts(nvml, i) for i in gpus.all_indices(nvml))
    on_bus = _on_bus()
    return Facts(
        on_bus=on_bus,
        problem=problem,
        gpus=found,
        xids=parse_xids(_kernel_log()) if found else (),
    )


def parse_xids(log: str | None) -> tuple[tuple[str, int], ...] | None:
    """Return the driver's errors in a kernel log, in order."""
    if log is None:
        return None
    return tuple((address, int(number)) for address, number in _XID.findall(log))


def judge(facts: Facts) -> list[Check]:
    """Judge the GPUs; a machine without any has one check, which says so."""
    if not facts.gpus:
        return [_presence(facts)]
    return [
        _presence(facts),
        _memory_errors(facts.gpus),
        _driver_errors(facts.xids),
        _throttling(facts.gpus),
        _persistence(facts.gpus),
    ]


def _presence(facts: Facts) -> Check:
    lost = [gpu for gpu in facts.gpus if gpu.problem]
    answering = len(facts.gpus) - len(lost)
    outcome: Outcome = "ok"
    finding = f"{answering} GPUs answer." if facts.gpus else "There is no GPU."
    remedy = ""
    if facts.problem:
        outcome, finding = "critical", f"The NVIDIA driver does not answer: {facts.problem}."
        remedy = "Reboot; if that does not help, install the driver again."
    elif lost:
        names = ", ".join(str(gpu.index) for gpu in lost)
        outcome, finding = "critical", f"GPU {names} does not answer: {lost[0].problem}."
        remedy = "Drain the machine and reboot it; a GPU that stays lost is for repair."
    elif facts.on_bus is not None and facts.on_bus > answering:
        outcome = "critical"
        finding = f"{facts.on_bus} NVIDIA GPUs are on the bus, {answering} answer."
        remedy = "Install the NVIDIA driver (nvidia-smi must list every GPU), or reboot."
    return Check(
        name="gpus",
        outcome=outcome,
        finding=finding,
        remedy=remedy,
        evidence={"on_bus": facts.on_bus, "answering": answering},
    )


def _memory_errors(found: Iterable[GpuFacts]) -> Check:
    failed = [gpu.index for gpu in found if gpu.rows_failed]
    errors = [gpu.index for gpu in found if gpu.uncorrected or gpu.rows_pending]
    if failed:
        outcome: Outcome = "critical"
        finding = f"GPU {_list(failed)} could not replace bad memory rows."
        remedy = "Take it out of service and have it replaced."
    elif errors:
        outcome = "critical"
        finding = f"GPU {_list(errors)} has uncorrected memory errors since the driver started."
        remedy = "Drain the machine and reset the GPU (nvidia-smi -r) or reboot."
    elif all(gpu.uncorrected is None for gpu in found):
        outcome, finding = (
            "unknown",
            "No GPU counts memory errors: no ECC, or it is off.",
        )
        remedy = "Where they have ECC, turn it on: nvidia-smi -e 1, then reboot."
    else:
        outcome, finding, remedy = "ok", "No uncorrected memory errors.", ""
    return _check("gpu memory errors", outcome, finding, remedy, found)


def _driver_errors(xids: tuple[tuple[str, int], ...] | None) -> Check:
    name = "gpu driver errors"
    if xids is None:
        return Check(
            name=name,
            outcome="unknown",
            finding="The kernel log, which would tell, may not be read.",
            remedy="Allow it: sysctl kernel.dmesg_restrict=0, or ask an administrator for dmesg.",
        )
    serious = [xid for xid in xids if xid[1] not in _PROGRAM_XIDS]
    outcome: Outcome = "critical" if serious else "ok"
    finding = (
        f"The driver reported Xid {_list(sorted({number for _, number in serious}))}."
        if serious
        else "The driver reported no error of the hardware."
    )
    remedy = "Look the Xid up in NVIDIA's list; drain the machine and reboot." if serious else ""
    return Check(
        name=name, outcome=outcome, finding=finding, remedy=remedy, evidence={"xids": list(xids)}
    )


def _throttling(found: Iterable[GpuFacts]) -> Check:
    slow = {
        gpu.index: [why for bit, why in _SLOWED.items() if gpu.slowed & bit]
        for gpu in found
        if gpu.slowed
    }
    slow = {index: why for index, why in slow.items() if why}
    if slow:
        index, why = next(iter(slow.items()))
        outcome: Outcome = "warn"
        finding = f"GPU {_list(slow)} runs slower than it could: {', '.join(why)} (GPU {index})."
        remedy = "Check fans, inlet temperature and power supplies."
    elif all(gpu.slowed is None for gpu in found):
        outcome, finding, remedy = "unknown", "These GPUs do not tell whether they are slowed.", ""
    else:
        outcome, finding, remedy = "ok", "No GPU is slowed by heat or power.", ""
    return _check("gpu throttling", outcome, finding, remedy, found)


def _persistence(found: Iterable[GpuFacts]) -> Check:
    off = [gpu.index for gpu in found if gpu.persistent is False]
    if off:
        outcome: Outcome = "warn"
        finding = f"GPU {_list(off)} is unloaded when idle, so each start takes seconds longer."
        remedy = "Turn persistence on: nvidia-smi -pm 1."
    elif all(gpu.persistent is None for gpu in found):
        outcome, finding, remedy = "unknown", "The driver does not tell its persistence mode.", ""
    else:
        outcome, finding, remedy = "ok", "The driver stays loaded.", ""
    return _check("gpu persistence", outcome, finding, remedy, found)


def _check(
    name: str, outcome: Outcome, finding: str, remedy: str, found: Iterable[GpuFacts]
) -> Check:
    evidence = {"gpus": [asdict(gpu) for gpu in found]}
    return Check(name=name, outcome=outcome, finding=finding, remedy=remedy, evidence=evidence)


def _list(items: Iterable[int]) -> str:
    return ", ".join(map(str, items))


def _facts(nvml: Any, index: int) -> GpuFacts:
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
    except nvml.NVMLError as exc:
        return GpuFacts(
            index=index, name="", problem=str(exc), uncorrected=None, rows_pending=None,
            rows_failed=None, slowed=None, persistent=None,
        )  # fmt: skip

    def ask(question: Callable[..., Any], *more: Any) -> Any:
        return gpus.ask(nvml, question, handle, *more)

    rows = ask(nvml.nvmlDeviceGetRemappedRows)
    mode = ask(nvml.nvmlDeviceGetPersistenceMode)
    return GpuFacts(
        index=index,
        name=ask(nvml.nvmlDeviceGetName) or "",
        problem="",
        uncorrected=ask(
            nvml.nvmlDeviceGetTotalEccErrors,
            nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
            nvml.NVML_VOLATILE_ECC,
        ),
        rows_pending=bool(rows[2]) if rows else None,
        rows_failed=bool(rows[3]) if rows else None,
        slowed=ask(nvml.nvmlDeviceGetCurrentClocksThrottleReasons),
        persistent=None if mode is None else mode == nvml.NVML_FEATURE_ENABLED,
    )


def _on_bus() -> int | None:
    """Count the NVIDIA GPUs on the PCI bus; None where the bus cannot be seen."""
    if not _PCI.is_dir():
        return None
    count = 0
    for device in _PCI.iterdir():
        try:
            vendor = (device / "vendor").read_text().strip()
            kind = (device / "class").read_text().strip()
        except OSError:
            continue
        count += vendor == _NVIDIA and kind.startswith(("0x0300", "0x0302"))
    return count


def _kernel_log() -> str | None:
    """Return the kernel log; None where it may not be read."""
    try:
        log = os.open(_KERNEL_LOG, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    lines = []
    try:
        while True:
            try:
                lines.append(os.read(log, 1 << 13))
            except BrokenPipeError:  # this record was overwritten; the next one is there
                continue
            except BlockingIOError:  # the end
                break
            except OSError:
                return None
    finally:
        os.close(log)
    return b"".join(lines).decode("utf-8", "replace")
