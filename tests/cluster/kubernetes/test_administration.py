"""Queues from a file, nodes cordoned and drained, and what people call, on a real control plane."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ogai_lab.commands import terminal
from ogai_lab.core.errors import Conflict, Forbidden
from ogai_lab.scheduler.clusters.service import Clusters
from ogai_lab.scheduler.clusters.types import ClusterQueueView
from ogai_lab.scheduler.spec import ExitKind, RestartPolicy
from ogai_lab.scheduler.types import Node
from tests.cluster.kubernetes.labs import CLUSTER, ME, Lab, configure
from tests.cluster.kubernetes.seeing import service
from tests.controlplane.client import until
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes

_ONCE_MORE = RestartPolicy(limit=1, on=[ExitKind.NODE_LOST, ExitKind.PREEMPTED])
QUEUES = "/apis/kueue.x-k8s.io/v1beta2"


@pytest.fixture
def names(plane: Plane, space: Space) -> Iterator[dict[str, str]]:
    """Names of objects that the test makes, by their kinds; they are removed after it."""
    made = {
        "workloadpriorityclasses": f"{space.name}-urgent",
        "clusterqueues": f"{space.name}-team",
        "resourceflavors": f"{space.name}-big",
    }
    yield made
    for plural, name in made.items():
        if plane.api.exists(f"{QUEUES}/{plural}/{name}"):
            plane.api.delete(f"{QUEUES}/{plural}/{name}")


def _file(space: Space, names: dict[str, str], gpus: int = 16, namespaces: int = 1) -> str:
    queue = {
        "namespaces": [space.name, f"{space.name}-more"][:namespaces],
        "quota": {names["resourceflavors"]: {"gpu": gpus, "cpu": 64}},
    }
    wanted = {
        "flavors": {names["resourceflavors"]: {"nodes": {"size": "big"}}},
        "priorities": {names["workloadpriorityclasses"]: 1000},
        "queues": {names["clusterqueues"]: queue},
    }
    return yaml.safe_dump(wanted)


def test_a_file_of_queues_is_planned_applied_and_then_changes_nothing(
    plane: Plane, space: Space, names: dict[str, str], tmp_path: Path
) -> None:
    clusters = service(tmp_path, plane.kubeconfig, namespace=space.name)
    text = _file(space, names)
    plan = clusters.plan_queues(text)
    outcomes = [one.outcome for one in plan.changes]
    assert outcomes == ["create", "create", "keep", "create", "create"]
    queue = f"{QUEUES}/clusterqueues/{names['clusterqueues']}"
    assert not plane.api.exists(queue)
    assert clusters.apply_queues(text, plan.fingerprint).applied
    shares = {share.resource: share for share in _team(clusters, names).shares}
    assert shares["nvidia.com/gpu"].nominal == 16

    again = clusters.plan_queues(text)
    assert {one.outcome for one in again.changes} == {"keep"}
    smaller = clusters.plan_queues(_file(space, names, gpus=8))
    (change,) = [one for one in smaller.changes if one.outcome != "keep"]
    assert (change.kind, change.outcome) == ("ClusterQueue", "change")
    quotas = [
        line.split("nominalQuota:")[1].strip(" '\"")
        for line in change.diff
        if "nominalQ" in line and line[0] in "+-"
    ]
    assert quotas == ["16", "8"]

    plane.api.patch(queue, {"spec": {"stopPolicy": "Hold"}})
    with pytest.raises(Conflict, match="changed since"):
        clusters.apply_queues(_file(space, names, gpus=4), smaller.fingerprint)
    clusters.close()


def _team(clusters: Clusters, names: dict[str, str]) -> ClusterQueueView:
    def there() -> ClusterQueueView | None:
        wanted = names["clusterqueues"]
        return next((one for one in clusters.queues() if one.name == wanted and one.shares), None)

    found = until("the queue is seen", there)
    assert found is not None
    return found


def test_who_may_not_is_told_which_role_would_let_him(
    plane: Plane, space: Space, names: dict[str, str], tmp_path: Path
) -> None:
    clusters = service(tmp_path, plane.user("nobody", namespace=space.name))
    text = _file(space, names)
    plan = clusters.plan_queues(text)
    assert not plan.ready
    queue = next(one for one in plan.changes if one.kind == "ClusterQueue")
    assert queue.outcome == "refused"
    assert queue.problem == "This account may not get, create, patch clusterqueues."
    assert "kind: ClusterRole" in queue.diff
    with pytest.raises(Forbidden, match="nothing was changed"):
        clusters.apply_queues(text, plan.fingerprint)
    clusters.close()


def test_fields_of_others_are_taken_over_only_by_force(
    plane: Plane, space: Space, tmp_path: Path
) -> None:
    clusters = service(tmp_path, plane.kubeconfig, namespace=space.name)
    quota = {"gpu": 32, "cpu": 8, "memory": "1Ti"}
    queue = {"namespaces": [space.name], "quota": {space.flavor("h100"): quota}}
    text = yaml.safe_dump({"queues": {space.name: {**queue, "local": space.queue}}})
    plan = clusters.plan_queues(text)
    refused = [one for one in plan.changes if one.outcome == "refused"]
    assert [one.kind for one in refused] == ["ClusterQueue"]
    assert "--force" in refused[0].action
    assert clusters.plan_queues(text, force=True).ready
    clusters.close()


@pytest.mark.kubelet
def test_a_drained_node_loses_its_job_which_goes_on_elsewhere(
    plane: Plane,
    real_space: Space,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure(tmp_path / "home", plane.kubeconfig, real_space, python=sys.executable)
    lab = Lab(tmp_path / "home", real_space)
    fields = {"name": "训练", "gpus": 8, "processes": 1, "cpus": 0.1, "restarts": _ONCE_MORE}
    job = lab.until(lab.submit("sleep", "300", **fields), "running", 120)
    (node,) = job.node_names
    clusters = lab.workbench.clusters
    (row,) = clusters.node_plan(node, CLUSTER).affected
    assert (row.name, row.shown, row.owner, row.ours) == (job.id, "训练", "ann", True)
    assert not clusters.cordon(node, CLUSTER).schedulable
    assert lab.job(job).state == "running"
    found = until("it is seen", lambda: _draining(lab)) or []
    (one,) = [each for each in found if each.name == node]
    assert one.jobs == [job.id]

    monkeypatch.setenv("OGAI_HOME", str(tmp_path / "home"))
    assert terminal.main(["drain", node, "--cluster", CLUSTER]) == 0
    assert "训练" in capsys.readouterr().out
    drained = clusters.drain(node, CLUSTER)
    assert (drained.evicted, drained.refused) == (1, [])
    until("it has left", lambda: lab.job(job).restarts == 1, 120)
    (other,) = lab.until(job, "running", 120).node_names
    assert other != node
    assert clusters.cordon(node, CLUSTER, off=True).schedulable
    lab.scheduler.cancel(job.id, ME)
    lab.close()


def _draining(lab: Lab) -> list[Node] | None:
    found = lab.workbench.clusters.nodes(CLUSTER)
    return found if any(one.state == "draining" for one in found) else None
