"""What keeps an order from being carried out is told as the reason, with what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.kubernetes.labs import Lab, configure
from tests.cluster.kubernetes.seeing import grant
from tests.controlplane import spaces
from tests.controlplane.client import until
from tests.controlplane.given import GivenCluster
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes

LabMaker = Callable[[Path], Lab]
_KUEUE, _JOBSET = "kueue.x-k8s.io", "jobset.x-k8s.io"
_SEES = ["get", "list", "watch"]


@pytest.fixture(scope="module")
def shared(plane: Plane | GivenCluster) -> Iterator[Space]:
    made = spaces.make(plane.api)
    yield made
    made.remove()


@pytest.fixture
def open_lab(shared: Space, tmp_path: Path) -> Iterator[LabMaker]:
    opened: list[Lab] = []

    def open_(kubeconfig: Path) -> Lab:
        configure(tmp_path / "home", kubeconfig, shared)
        opened.append(Lab(tmp_path / "home", shared))
        return opened[-1]

    yield open_
    for lab in opened:
        lab.close()


def test_a_right_that_is_missing_is_named(open_lab: LabMaker, plane: Plane, shared: Space) -> None:
    kubeconfig = plane.user("reader", namespace=shared.name)
    rules = [
        (_KUEUE, "*", _SEES),
        (_JOBSET, "jobsets", _SEES),
        ("", "pods", _SEES),
        ("", "configmaps", ["*"]),
    ]
    grant(plane.api, "reader", shared.name, rules)
    lab = open_lab(kubeconfig)
    job = lab.until(lab.submit(), "failed")
    (reason,) = lab.scheduler.explain(job.id).reasons
    assert reason.code == "forbidden"
    assert "jobsets" in reason.text
    assert 'verbs: ["create"]' in reason.action


def test_a_policy_is_told_from_a_right(open_lab: LabMaker, plane: Plane, shared: Space) -> None:
    quota = {"hard": {"count/jobsets.jobset.x-k8s.io": "0"}}
    meta = {"name": "none"}
    shared.create({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": quota})
    lab = open_lab(plane.kubeconfig)
    job = lab.until(lab.submit(), "failed")
    lab.api.delete(f"{shared.path('resourcequotas')}/none")
    (reason,) = lab.scheduler.explain(job.id).reasons
    assert reason.code == "denied"
    assert "quota" in reason.evidence["said"]
    assert reason.action


def test_a_webhook_that_is_down_is_named_until_it_is_back(
    open_lab: LabMaker, plane: Plane, shared: Space
) -> None:
    if not isinstance(plane, Plane):
        pytest.skip("only of a cluster of our own a part may be ended")
    lab = open_lab(plane.kubeconfig)
    plane.processes.end("jobset")
    try:
        job = lab.submit()
        answer = until("it is told", lambda: _with(lab, job.id, "webhook"), every=0.2)
    finally:
        plane.restart("jobset")
    assert "webhook" in answer.summary
    until("it is handed over", lambda: lab.jobsets() == [job.id])


def _with(lab: Lab, job_id: str, code: str):
    answer = lab.scheduler.explain(job_id)
    return answer if answer.reasons[0].code == code else None
