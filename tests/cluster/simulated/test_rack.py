"""A simulated rack: what it shows, and that a workbench on it starts nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ogai_lab.cluster.service import Cluster
from ogai_lab.cluster.simulated.rack import Holding, SimulatedRack, Size
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.workbench import Workbench


def test_a_size_is_read_or_refused() -> None:
    assert Size.parse("1000x8") == Size(1000, 8)
    for text in ("", "8", "0x8", "1000x", "x8", "-1x8"):
        with pytest.raises(InvalidInput, match="OGAI_SIMULATED"):
            Size.parse(text)


def test_the_same_rack_in_every_run_with_a_few_faults() -> None:
    first, second = (SimulatedRack(Size(200, 8), clock=lambda: 1e9).glances() for _ in "12")
    assert first == second
    assert {glance.state for glance in first} == {"ready", "draining", "unreachable"}
    assert {glance.health for glance in first} == {"ok", "warn", "critical"}
    assert first[16].rack != first[15].rack
    assert all(not gpu.utilization for glance in first for gpu in glance.gpus)


def test_a_gpu_that_is_held_is_busy_and_warmer() -> None:
    rack = SimulatedRack(Size(2, 4), lambda: {"r01n02": Holding(64, frozenset({1}))})
    idle, busy = rack.use("r01n02").gpus[0], rack.use("r01n02").gpus[1]
    assert idle.utilization == 0
    assert (busy.utilization or 0) > 0.3
    assert (busy.temperature or 0) > (idle.temperature or 0)
    assert [process.gpu for process in rack.processes("r01n02")] == [1]
    with pytest.raises(NotFound):
        rack.machine("r09n09")


def test_a_workbench_on_it_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OGAI_SIMULATED", "40x8")
    with Workbench.local(tmp_path) as workbench:
        nodes = workbench.scheduler.nodes()
        assert len(nodes) == 40
        broken = next(node for node in nodes if node.gpus and any(gpu.problem for gpu in node.gpus))
        assert broken.gpus_free == 7
        assert workbench.cluster.checks(broken.name)[0].outcome == "critical"
        job = workbench.scheduler.submit(
            JobSpec(run=CommandRun(argv=["true"]), gpus=8), Caller.local()
        )
        assert job.state == "queued"
        assert not workbench.leads


def test_its_past_and_its_loads_agree_with_its_present() -> None:
    rack = SimulatedRack(Size(3, 2), lambda: {"r01n01": Holding(128, frozenset({0}))})
    past = rack.history("r01n01", since=0)
    assert past[0].time < past[-1].time
    assert past[-1].time - past[0].time == pytest.approx(3600)
    assert all((sample.gpus[0].utilization or 0) > 0 for sample in past)
    loads = Cluster(rack).loads()
    assert loads.nodes == ["r01n01", "r01n02", "r01n03"]
    assert [len(column) for column in loads.temperature] == [2, 2, 2]
    assert loads.utilization[1] == [0, 0]
