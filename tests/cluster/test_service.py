import os
import platform
import sys
from pathlib import Path

import psutil
import pytest

from ogai_lab.cluster.service import Cluster
from ogai_lab.cluster.telemetry.here import ThisMachine
from ogai_lab.core.errors import NotFound


def test_this_machine(tmp_path: Path) -> None:
    machine = Cluster(ThisMachine(tmp_path)).machine()
    assert machine.python == platform.python_version()
    assert 0 < machine.cpus <= machine.cores == os.cpu_count()
    assert 0 < machine.memory_available <= machine.memory <= psutil.virtual_memory().total
    assert machine.boot_id
    (home,) = (disk for disk in machine.disks if "home" in disk.holds)
    assert 0 < home.free <= home.total
    assert not any(interface.name == "lo" for interface in machine.interfaces)


def test_use_is_measured_between_two_looks(tmp_path: Path) -> None:
    cluster = Cluster(ThisMachine(tmp_path))
    first, second = cluster.use(), cluster.use()
    assert first.time <= second.time
    for look in (first, second):
        assert 0 <= look.cpu <= 1
        assert len(look.cores) == os.cpu_count()
        assert 0 < look.memory_used <= look.memory
        assert min(look.disk_read, look.disk_written, look.received, look.sent) >= 0


def test_heavy_libraries_stay_out(tmp_path: Path) -> None:
    Cluster(ThisMachine(tmp_path)).checks()
    assert "pynvml" in sys.modules
    code = "import sys, ogai_lab.cluster.service; sys.exit('torch' in sys.modules)"
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0


def test_one_node_has_its_name_and_no_other(tmp_path: Path) -> None:
    cluster = Cluster(ThisMachine(tmp_path))
    name = cluster.machine().name
    assert cluster.machine(name).name == name
    assert cluster.loads().nodes == [name]
    for ask in (cluster.machine, cluster.use, cluster.checks, cluster.history):
        with pytest.raises(NotFound, match="no node 'elsewhere'"):
            ask("elsewhere")
    cluster.close()


def test_health_is_unknown_until_it_was_checked(tmp_path: Path) -> None:
    cluster = Cluster(ThisMachine(tmp_path))
    assert cluster.loads().health == ["unknown"]
    worst = cluster.checks()[0].outcome
    assert cluster.loads().health == [worst]
    cluster.close()
