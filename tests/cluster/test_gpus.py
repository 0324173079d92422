# ruff: noqa: N802, N818 - these are the names of NVML
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from ogai_lab.cluster.health import gpu as gpu_checks
from ogai_lab.cluster.telemetry import gpus


class NVMLError(Exception):
    pass


class LibraryNotFound(NVMLError):
    pass


class DriverNotLoaded(NVMLError):
    pass


class Driver:
    """A driver with three GPUs: a busy one, one that fell off the bus, one that tells little."""

    NVMLError = NVMLError
    NVMLError_LibraryNotFound = LibraryNotFound
    NVMLError_DriverNotLoaded = DriverNotLoaded
    NVML_TEMPERATURE_GPU = NVML_DEVICE_MIG_ENABLE = NVML_FEATURE_ENABLED = 1
    NVML_MEMORY_ERROR_TYPE_UNCORRECTED = NVML_VOLATILE_ECC = 0

    def __init__(self, start: Exception | None = None) -> None:
        self.start = start
        self.open = 0

    def nvmlInit(self) -> None:
        if self.start:
            raise self.start
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlSystemGetDriverVersion(self) -> str:
        return "570.1"

    def nvmlSystemGetCudaDriverVersion_v2(self) -> int:
        return 12080

    def nvmlDeviceGetCount(self) -> int:
        return 3

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        if index == 1:
            raise NVMLError("GPU is lost")
        return index

    def __getattr__(self, name: str) -> Any:
        answers: dict[str, Any] = {
            "nvmlDeviceGetName": "H100",
            "nvmlDeviceGetUUID": "GPU-aaaa",
            "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=80, used=20),
            "nvmlDeviceGetUtilizationRates": SimpleNamespace(gpu=50),
            "nvmlDeviceGetPciInfo": SimpleNamespace(busId="0000:01"),
            "nvmlDeviceGetPowerUsage": 300_000,
            "nvmlDeviceGetEnforcedPowerLimit": 700_000,
            "nvmlDeviceGetCudaComputeCapability": (9, 0),
            "nvmlDeviceGetTemperature": 60,
            "nvmlDeviceGetMigMode": (1, 1),
            "nvmlDeviceGetMaxMigDeviceCount": 1,
            "nvmlDeviceGetMigDeviceHandleByIndex": 0,
            "nvmlDeviceGetComputeRunningProcesses": [SimpleNamespace(pid=1 << 30, usedGpuMemory=7)],
            "nvmlDeviceGetGraphicsRunningProcesses": [],
            "nvmlDeviceGetRemappedRows": (0, 0, 0, 0),
            "nvmlDeviceGetPersistenceMode": 1,
            "nvmlDeviceGetTotalEccErrors": 2,
            "nvmlDeviceGetCurrentClocksThrottleReasons": 0x40,
        }
        if name not in answers:
            raise AssertionError(f"the driver was asked {name}")

        def answer(handle: int, *_: object) -> Any:
            if handle == 2 and name != "nvmlDeviceGetName":
                raise NVMLError("Not supported")
            return answers[name]

        return answer


def install(monkeypatch: pytest.MonkeyPatch, driver: Driver) -> Driver:
    monkeypatch.setitem(sys.modules, "pynvml", driver)  # type: ignore[arg-type]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return driver


def test_no_driver_means_no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Driver(LibraryNotFound()))
    assert gpus.survey() == gpus.GpuSurvey()
    assert gpus.processes() == []


def test_a_driver_that_does_not_answer_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Driver(NVMLError("Driver/library version mismatch")))
    assert gpus.survey().problem == "Driver/library version mismatch"


def test_one_lost_or_silent_gpu_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = install(monkeypatch, Driver())
    found = gpus.survey()
    assert driver.open == 0
    assert (found.driver, found.cuda) == ("570.1", "12.8")
    busy, lost, silent = found.gpus
    assert (busy.memory, busy.utilization, busy.capability, busy.power) == (80, 0.5, "9.0", 300)
    assert busy.mig == ["GPU-aaaa"]
    assert (lost.index, lost.problem) == (1, "GPU is lost")
    assert (silent.name, silent.memory, silent.mig, silent.problem) == ("H100", None, [], "")


@pytest.mark.parametrize(
    ("visible", "indices"),
    [("", []), ("-1", []), ("2,0", [0, 2]), ("GPU-aa", [0]), ("1", [1])],
)
def test_only_what_cuda_may_see(
    monkeypatch: pytest.MonkeyPatch, visible: str, indices: list[int]
) -> None:
    install(monkeypatch, Driver())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [gpu.index for gpu in gpus.survey().gpus] == indices


def test_processes_of_other_containers_have_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Driver())
    (process,) = gpus.processes()
    assert (process.gpu, process.pid, process.memory, process.name) == (0, 1 << 30, 7, "")


def test_health_is_judged_from_what_the_driver_says(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Driver())
    outcomes = {check.name: check for check in gpu_checks.judge(gpu_checks.gather())}
    assert outcomes["gpus"].outcome == "critical"
    assert "GPU 1 does not answer" in outcomes["gpus"].finding
    assert outcomes["gpu memory errors"].outcome == "critical"
    assert "too hot" in outcomes["gpu throttling"].finding
    assert outcomes["gpu persistence"].outcome == "ok"
