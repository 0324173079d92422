"""Jobs on a real control plane whose nodes kwok plays: what the lab says of them is so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.spec import ExitKind, RestartPolicy
from ogai_lab.scheduler.types import JobState
from tests.cluster.kubernetes.labs import Lab, configure
from tests.controlplane.client import until
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes

LabMaker = Callable[..., Lab]


@pytest.fixture
def open_lab(plane: Plane, tmp_path: Path) -> Iterator[LabMaker]:
    """Open labs, each on a home folder by its name."""
    opened: list[Lab] = []

    def open_(space: Space, name: str = "home", *, lead: bool = True) -> Lab:
        configure(tmp_path / name, plane.kubeconfig, space)
        opened.append(Lab(tmp_path / name, space, lead=lead))
        return opened[-1]

    yield open_
    for lab in opened:
        lab.close()


def test_a_gang_waits_for_its_quota_runs_and_succeeds(open_lab, space) -> None:
    space.fake_nodes(4)
    lab = open_lab(space)
    first = lab.until(lab.submit(nodes=4, gpus=8), "running")
    assert sorted(first.node_names) == sorted(space.nodes)
    second = lab.submit(nodes=8, gpus=8, name="大 job")
    until("Kueue has looked", lambda: lab.jobset(second)["spec"]["suspend"])
    assert lab.job(second).state is JobState.QUEUED
    lab.finish(first)
    assert lab.until(first, "succeeded").exit.kind is ExitKind.SUCCEEDED
    assert lab.jobset(second)["metadata"]["annotations"]["ogai-lab.org/name"] == "大 job"
    assert lab.job(second).state is JobState.QUEUED
    until("nothing is left of the first", lambda: lab.jobsets() == [second.id])
