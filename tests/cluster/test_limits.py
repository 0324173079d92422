import os
from pathlib import Path

import pytest

from ogai_lab.cluster.telemetry.limits import MemoryLimit, memory_limit, usable_cpus

GIB = 1 << 30
V2_MOUNT = "30 24 0:26 {root} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw\n"
V1_MOUNTS = (
    "33 25 0:28 {root} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "34 25 0:29 {root} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
)


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)


def machine(root: Path, cgroup: str, mounts: str, files: dict[str, str]) -> Path:
    for name, text in {"proc/self/cgroup": cgroup, "proc/self/mountinfo": mounts, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_without_cgroups_the_affinity_is_the_limit(tmp_path: Path) -> None:
    assert usable_cpus(tmp_path) == 8
    assert memory_limit(tmp_path) is None


def test_v2_the_tightest_of_the_parents_counts(tmp_path: Path) -> None:
    machine(
        tmp_path,
        "0::/user.slice/job.scope\n",
        V2_MOUNT.format(root="/"),
        {
            "sys/fs/cgroup/user.slice/cpu.max": "150000 100000",
            "sys/fs/cgroup/user.slice/job.scope/cpu.max": "max 100000",
            "sys/fs/cgroup/user.slice/memory.max": f"{4 * GIB}",
            "sys/fs/cgroup/user.slice/memory.current": f"{3 * GIB}",
            "sys/fs/cgroup/user.slice/memory.stat": f"anon 1\ninactive_file {GIB}\n",
            "sys/fs/cgroup/user.slice/job.scope/memory.max": "max",
        },
    )
    assert usable_cpus(tmp_path) == 1.5
    assert memory_limit(tmp_path) == MemoryLimit(4 * GIB, 2 * GIB)


def test_v1_no_limit_is_a_huge_number(tmp_path: Path) -> None:
    machine(
        tmp_path,
        "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n",
        V1_MOUNTS.format(root="/docker/abc"),
        {
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "200000",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000",
        },
    )
    assert usable_cpus(tmp_path) == 2
    assert memory_limit(tmp_path) is None


def test_v1_a_quota_of_minus_one_is_none(tmp_path: Path) -> None:
    machine(
        tmp_path,
        "3:cpu,cpuacct:/\n",
        V1_MOUNTS.format(root="/"),
        {
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
        },
    )
    assert usable_cpus(tmp_path) == 8
