"""The GPUs of this machine, as the NVIDIA driver tells (NVML). No driver means no GPUs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ogai_lab.cluster.types import Gpu, GpuProcess

_VISIBLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, kw_only=True)
class GpuSurvey:
    """What the driver says of itself and of every GPU we may use.

    `problem` says why a driver that is there does not answer.
    """

    gpus: tuple[Gpu, ...] = ()
    driver: str | None = None
    cuda: str | None = None
    problem: str = ""


def survey() -> GpuSurvey:
    """Return the GPUs as they are now."""
    with driver() as (nvml, problem):
        if nvml is None:
            return GpuSurvey(problem=problem)
        version = ask(nvml, nvml.nvmlSystemGetCudaDriverVersion_v2)
        return GpuSurvey(
            gpus=tuple(_gpu(nvml, index) for index in _visible(nvml)),
            driver=ask(nvml, nvml.nvmlSystemGetDriverVersion),
            cuda=f"{version // 1000}.{version % 1000 // 10}" if version else None,
        )


def processes() -> list[GpuProcess]:
    """Return the processes that hold memory of the GPUs we may use."""
    with driver() as (nvml, _):
        if nvml is None:
            return []
        return [found for index in _visible(nvml) for found in _processes(nvml, index)]


@contextlib.contextmanager
def driver() -> Iterator[tuple[Any, str]]:
    """Open NVML: yield it, or None and the problem ("" where there is simply no driver)."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except (pynvml.NVMLError_LibraryNotFound, pynvml.NVMLError_DriverNotLoaded):
        yield None, ""
        return
    except pynvml.NVMLError as exc:
        yield None, str(exc)
        return
    try:
        yield pynvml, ""
    finally:
        with contextlib.suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def ask(nvml: Any, question: Callable[..., Any], *arguments: Any) -> Any:
    """Return the driver's answer, or None to a question that this GPU does not answer."""
    try:
        return question(*arguments)
    except nvml.NVMLError:
        return None


def all_indices(nvml: Any) -> list[int]:
    """Return the driver's numbers of all GPUs."""
    return list(range(ask(nvml, nvml.nvmlDeviceGetCount) or 0))


def _visible(nvml: Any) -> list[int]:
    """Return the indices of the GPUs that CUDA_VISIBLE_DEVICES leaves us, in the driver's order."""
    count = all_indices(nvml)
    wanted = os.environ.get(_VISIBLE)
    if wanted is None:
        return count
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    return [index for index in count if any(_is(nvml, index, name) for name in names)]


def _is(nvml: Any, index: int, name: str) -> bool:
    if name.isdigit():
        return int(name) == index
    handle = ask(nvml, nvml.nvmlDeviceGetHandleByIndex, index)
    uuid = ask(nvml, nvml.nvmlDeviceGetUUID, handle) if handle is not None else None
    return uuid is not None and uuid.startswith(name)


def _gpu(nvml: Any, index: int) -> Gpu:
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
    except nvml.NVMLError as exc:  # fallen off the bus, or not ours to open
        return Gpu(index=index, problem=str(exc))
    memory = ask(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    use = ask(nvml, nvml.nvmlDeviceGetUtilizationRates, handle)
    pci = ask(nvml, nvml.nvmlDeviceGetPciInfo, handle)
    power = ask(nvml, nvml.nvmlDeviceGetPowerUsage, handle)
    limit = ask(nvml, nvml.nvmlDeviceGetEnforcedPowerLimit, handle)
    capability = ask(nvml, nvml.nvmlDeviceGetCudaComputeCapability, handle)
    sensor = nvml.NVML_TEMPERATURE_GPU
    return Gpu(
        index=index,
        name=ask(nvml, nvml.nvmlDeviceGetName, handle) or "",
        uuid=ask(nvml, nvml.nvmlDeviceGetUUID, handle) or "",
        pci=pci.busId if pci else "",
        memory=memory.total if memory else None,
        memory_used=memory.used if memory else None,
        utilization=use.gpu / 100 if use else None,
        temperature=ask(nvml, nvml.nvmlDeviceGetTemperature, handle, sensor),
        power=None if power is None else power / 1000,
        power_limit=None if limit is None else limit / 1000,
        capability=f"{capability[0]}.{capability[1]}" if capability else None,
        mig=_mig(nvml, handle),
    )


def _mig(nvml: Any, handle: Any) -> list[str]:
    mode = ask(nvml, nvml.nvmlDeviceGetMigMode, handle)
    if not mode or mode[0] != nvml.NVML_DEVICE_MIG_ENABLE:
        return []
    instances = (
        ask(nvml, nvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, place)
        for place in range(ask(nvml, nvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0)
    )
    names = (ask(nvml, nvml.nvmlDeviceGetUUID, found) for found in instances if found is not None)
    return [name for name in names if name]


def _processes(nvml: Any, index: int) -> list[GpuProcess]:
    handle = ask(nvml, nvml.nvmlDeviceGetHandleByIndex, index)
    if handle is None:
        return []
    found: dict[int, int | None] = {}
    for question in (
        nvml.nvmlDeviceGetComputeRunningProcesses,
        nvml.nvmlDeviceGetGraphicsRunningProcesses,
    ):
        for process in ask(nvml, question, handle) or []:
            found[process.pid] = process.usedGpuMemory
    return [
        GpuProcess(gpu=index, pid=pid, memory=memory, **_who(pid)) for pid, memory in found.items()
    ]


def _who(pid: int) -> dict[str, str]:
    import psutil

    try:
        process = psutil.Process(pid)
        return {"name": process.name(), "user": process.username()}
    except psutil.Error:  # ended meanwhile, or in another container
        return {}
