from dataclasses import replace
from pathlib import Path

import pytest

from ogai_lab.cluster.health import gpu, quick, software, storage, system

GIB = 1 << 30
DISK = storage.DiskFacts(
    path="/home", total=1000 * GIB, free=500 * GIB, inodes=1000, inodes_free=500
)
SHM = storage.DiskFacts(path="/dev/shm", total=16 * GIB, free=16 * GIB, inodes=9, inodes_free=9)
MEMORY = system.MemoryFacts(total=100 * GIB, available=50 * GIB, waiting=0.0, stalled=0.0)
GPU = gpu.GpuFacts(
    index=0, name="H100", problem="", uncorrected=0, rows_pending=False, rows_failed=False,
    slowed=0, persistent=True,
)  # fmt: skip
GPUS = gpu.Facts(on_bus=1, problem="", gpus=(GPU,), xids=())
SOFTWARE = software.Facts(
    python=(3, 12), torch="2.9.0", torch_cuda="12.8", driver_cuda="12.4", gpus=1
)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (DISK, "ok"),
        (replace(DISK, free=30 * GIB), "warn"),
        (replace(DISK, free=5 * GIB), "critical"),
        (replace(DISK, total=20 * GIB, free=1 * GIB), "critical"),
        (None, "unknown"),
    ],
)
def test_space(facts: storage.DiskFacts | None, outcome: str) -> None:
    check = storage.judge_space("disk", facts)
    assert check.outcome == outcome
    assert (outcome == "ok") == (not check.remedy)


def test_inodes_run_out_while_space_is_left() -> None:
    assert storage.judge_inodes("inodes", replace(DISK, inodes_free=3)).outcome == "critical"
    assert storage.judge_inodes("inodes", replace(DISK, inodes=0, inodes_free=0)).outcome == "ok"


def test_the_shared_memory_of_a_plain_container_is_too_small_for_torch() -> None:
    plain = replace(SHM, total=64 << 20, free=64 << 20)
    assert storage.judge_shared_memory(plain).outcome == "critical"
    assert "--shm-size" in storage.judge_shared_memory(plain).remedy
    assert storage.judge_shared_memory(SHM).outcome == "ok"


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (MEMORY, "ok"),
        (replace(MEMORY, waiting=None, stalled=None), "ok"),
        (replace(MEMORY, waiting=25.0), "warn"),
        (replace(MEMORY, stalled=12.0), "critical"),
        (replace(MEMORY, available=GIB), "critical"),
    ],
)
def test_memory(facts: system.MemoryFacts, outcome: str) -> None:
    assert system.judge_memory(facts).outcome == outcome


def test_pressure_is_read_as_the_kernel_writes_it() -> None:
    text = (
        "some avg10=1.50 avg60=0.20 avg300=0.00 total=12345\n"
        "full avg10=0.75 avg60=0.10 avg300=0.00 total=999\n"
    )
    found = system.parse_pressure(text)
    assert (found["some avg60"], found["full avg10"]) == (0.2, 0.75)


def test_load_swap_and_open_files() -> None:
    assert system.judge_load(7.0, 8).outcome == "ok"
    assert system.judge_load(7.0, 2).outcome == "warn"
    assert system.judge_swap(0, 0).outcome == "ok"
    assert system.judge_swap(100, 95).outcome == "critical"
    assert system.judge_open_files(1024, 10).outcome == "ok"
    assert system.judge_open_files(1024, 1000).outcome == "critical"
    assert system.judge_open_files(-1, None).outcome == "ok"


@pytest.mark.parametrize(
    ("synchronised", "ahead", "outcome"),
    [(True, 0, "ok"), (False, 0, "warn"), (None, 0, "unknown"), (True, 7200, "critical")],
)
def test_clock(synchronised: bool | None, ahead: float, outcome: str) -> None:
    facts = system.ClockFacts(synchronised=synchronised, ahead=ahead)
    assert system.judge_clock(facts).outcome == outcome


def test_a_clock_that_jumped_back_leaves_files_in_its_future(tmp_path: Path) -> None:
    import os
    import time

    (tmp_path / "ogai.db").touch()
    os.utime(tmp_path / "ogai.db", (time.time() + 3600,) * 2)
    assert system.gather_clock(tmp_path).ahead > 3000


@pytest.mark.parametrize(
    ("facts", "name", "outcome"),
    [
        (GPUS, "gpus", "ok"),
        (replace(GPUS, gpus=(), on_bus=0), "gpus", "ok"),
        (replace(GPUS, gpus=(), on_bus=8), "gpus", "critical"),
        (replace(GPUS, gpus=(), problem="version mismatch"), "gpus", "critical"),
        (replace(GPUS, on_bus=None), "gpus", "ok"),
        (replace(GPUS, gpus=(replace(GPU, rows_failed=True),)), "gpu memory errors", "critical"),
        (replace(GPUS, gpus=(replace(GPU, uncorrected=None),)), "gpu memory errors", "unknown"),
        (replace(GPUS, xids=None), "gpu driver errors", "unknown"),
        (replace(GPUS, xids=(("0000:01", 79),)), "gpu driver errors", "critical"),
        (replace(GPUS, xids=(("0000:01", 31),)), "gpu driver errors", "ok"),
        (replace(GPUS, gpus=(replace(GPU, slowed=0x80),)), "gpu throttling", "warn"),
        (replace(GPUS, gpus=(replace(GPU, slowed=0x4),)), "gpu throttling", "ok"),
        (replace(GPUS, gpus=(replace(GPU, persistent=False),)), "gpu persistence", "warn"),
    ],
)
def test_gpus(facts: gpu.Facts, name: str, outcome: str) -> None:
    (check,) = (check for check in gpu.judge(facts) if check.name == name)
    assert check.outcome == outcome


def test_xids_are_found_in_a_kernel_log() -> None:
    log = (
        "4,1,2,-;usb 1-1: new device\n"
        "4,1,3,-;NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', GPU has fallen off the bus.\n"
    )
    assert gpu.parse_xids(log) == (("0000:3b:00", 79),)
    assert gpu.parse_xids(None) is None


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (SOFTWARE, "ok"),
        (replace(SOFTWARE, torch=None), "warn"),
        (replace(SOFTWARE, torch_cuda=None), "warn"),
        (replace(SOFTWARE, torch_cuda=None, driver_cuda=None, gpus=0), "ok"),
        (replace(SOFTWARE, driver_cuda=None), "unknown"),
        (replace(SOFTWARE, torch_cuda="13.0"), "critical"),
    ],
)
def test_torch_and_driver(facts: software.Facts, outcome: str) -> None:
    (check,) = (check for check in software.judge(facts) if check.name == "torch")
    assert check.outcome == outcome


def test_the_quick_profile_runs_here_and_puts_the_worst_first(tmp_path: Path) -> None:
    found = quick.run(tmp_path)
    order = ["critical", "warn", "unknown", "ok"]
    places = [order.index(check.outcome) for check in found]
    assert places == sorted(places)
    assert len({check.name for check in found}) == len(found) >= 12
    assert all(check.finding for check in found)
