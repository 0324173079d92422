"""What a cluster looks like from its watches: restarts, few rights, an idle lab, its doctor."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ogai_lab.core.errors import Forbidden, NotFound
from ogai_lab.scheduler.clusters.types import Need
from ogai_lab.scheduler.engines.kubernetes import cache as kinds
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.cache import Cache
from ogai_lab.scheduler.engines.kubernetes.refusals import Gone
from tests.cluster.kubernetes.conftest import PlaneStarter, SpaceMaker
from tests.cluster.kubernetes.seeing import connect, grant, service
from tests.controlplane.client import until
from tests.controlplane.fake_nodes import GPU, Shape, node
from tests.controlplane.gangs import jobset, until_running
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes
SEE = ["get", "list", "watch"]
NODES = "/api/v1/nodes"


def test_an_api_server_that_was_killed_is_followed_again(
    start_plane: PlaneStarter, tmp_path: Path
) -> None:
    plane = start_plane(kueue=False, jobset=False, kwok=False)
    plane.api.create(node("before", 0, "pool", Shape()))
    api = connect(tmp_path, plane.kubeconfig)
    cache = Cache(api)
    nodes = cache.read(kinds.NODES)
    assert [one.name for one in nodes.all()] == ["before"]
    plane.processes.end("kube-apiserver")
    until("it knows that it may be stale", lambda: cache.stale_since is not None)
    assert [one.name for one in nodes.all()] == ["before"]
    plane.restart("kube-apiserver")
    plane.api.create(node("after", 1, "pool", Shape()))
    plane.api.delete(f"{NODES}/before")
    back = time.monotonic()
    until("it is right again", lambda: [one.name for one in nodes.all()] == ["after"])
    until("it knows that it is", lambda: cache.stale_since is None)
    print(f"right after {time.monotonic() - back:.2f} s, {nodes.state.lists} lists")
    with pytest.raises(Gone), api.watch(NODES, "1", 5) as watch:
        list(watch)  # what happened before it was started anew, it does not know
    assert nodes.state.lists <= 2
    cache.close()
    plane.stop()


def test_what_pods_hold_is_not_free(plane: Plane, space: Space, tmp_path: Path) -> None:
    space.fake_nodes(2, rack=1)
    lab = service(tmp_path, plane.kubeconfig, namespace=space.name)
    mine = {one.name: one for one in lab.nodes("lab") if one.name in space.nodes}
    assert {one.gpus_free for one in mine.values()} == {8}
    assert len({one.rack for one in mine.values()}) == 2
    space.create(jobset(space, "half", 1, gpus=4))
    (pod,) = until_running(space, "half", 1)

    def free() -> dict[str, int]:
        return {one.name: one.gpus_free for one in lab.nodes("lab") if one.name in space.nodes}

    expected = dict.fromkeys(space.nodes, 8) | {pod["spec"]["nodeName"]: 4}
    until("four are taken", lambda: free() == expected)
    (queue,) = (one for one in lab.queues("lab") if one.namespace == space.name)
    (share,) = (one for one in queue.shares if one.resource == GPU)
    assert (share.nominal, share.used, share.left) == (64, 4, 60)
    (offer,) = lab.offers(Need(nodes=2, gpus=8), "lab").offers
    assert (offer.possible, offer.now, offer.room) == (True, False, 1)
    lab.close()


def test_an_ordinary_account_sees_its_namespace_and_is_told_what_it_lacks(
    plane: Plane, space: Space, tmp_path: Path
) -> None:
    kubeconfig = plane.user("ada", namespace=space.name)
    kueue, jobsets = "kueue.x-k8s.io", "jobset.x-k8s.io"
    grant(
        plane.api,
        "ada",
        space.name,
        [
            (jobsets, "jobsets", [*SEE, "create", "patch", "delete"]),
            (kueue, "workloads", SEE),
            (kueue, "localqueues", SEE),
            ("", "pods", SEE),
            ("", "pods/log", ["get"]),
            ("", "configmaps", ["get", "create"]),
        ],
    )
    lab = service(tmp_path, kubeconfig)
    (queue,) = lab.queues("lab")
    assert (queue.active, queue.visible, queue.namespace) == (True, False, space.name)
    with pytest.raises(Forbidden, match="may not list nodes in the whole cluster"):
        lab.nodes("lab")
    (offer,) = lab.offers(Need(gpus=8), "lab").offers
    assert (offer.possible, offer.now, offer.starts_in) == (True, None, None)
    scopes = {one.kind: one.scope for one in lab.parts("lab")}
    assert scopes["pods"] == scopes["localqueues.kueue.x-k8s.io"] == "namespace"
    assert scopes["nodes"] == "none"
    found = lab.doctor("lab")
    assert not found.ready
    (worst,) = (one for one in found.findings if one.outcome == "critical")
    assert "may not delete configmaps" in worst.finding
    assert "kind: RoleBinding" in worst.command
    assert "name: ada" in worst.command
    assert {one.outcome for one in found.findings if one.check == "admission"} == {"ok"}
    lab.close()


def test_a_namespace_without_a_queue_is_told_the_queue_that_is_missing(
    plane: Plane, space: Space, tmp_path: Path
) -> None:
    plane.api.delete(f"{space.path('localqueues')}/{space.queue}")
    lab = service(tmp_path, plane.kubeconfig, namespace=space.name)
    found = lab.doctor("lab").findings
    (worst,) = (one for one in found if one.check == "queues")
    assert "has no local queue" in worst.finding
    assert "kind: LocalQueue" in worst.command
    lab.close()


def test_a_queue_that_is_stopped_and_a_device_that_no_queue_covers_are_found(
    plane: Plane, make_space: SpaceMaker, tmp_path: Path
) -> None:
    space = make_space(stopPolicy="Hold")
    space.fake_nodes(1, resources={"rdma/ib": "8"})
    lab = service(tmp_path, plane.kubeconfig, namespace=space.name)
    found = lab.doctor("lab").findings
    assert any(one.check == "queues" and one.outcome == "critical" for one in found)
    (fabric,) = (one for one in found if one.check == "fabric")
    assert (fabric.outcome, "rdma/ib" in fabric.finding) == ("warn", True)
    (offer,) = lab.offers(Need(gpus=8), "lab").offers
    assert offer.now is False
    lab.close()


def test_kueue_that_is_not_installed_is_found(start_plane: PlaneStarter, tmp_path: Path) -> None:
    plane = start_plane(kueue=False, jobset=False, kwok=False)
    found = service(tmp_path, plane.kubeconfig).doctor("lab")
    assert not found.ready
    said = [one.finding for one in found.findings if one.outcome == "critical"]
    assert "Kueue is not installed on this cluster." in said
    assert "JobSet is not installed on this cluster." in said
    with pytest.raises(NotFound, match="does not serve"):
        connect(tmp_path, plane.kubeconfig).list_(paths.workloads("default"))
    assert service(tmp_path, plane.kubeconfig).nodes("lab") == []
    plane.stop()


def test_nobody_looks_and_nothing_is_asked(plane: Plane, tmp_path: Path) -> None:
    cache = Cache(connect(tmp_path, plane.kubeconfig), idle_after=0.2)
    nodes = cache.read(kinds.NODES)
    until("it has ended", lambda: not nodes.running)
    assert cache.states == {}
    assert cache.read(kinds.NODES) is not nodes
    cache.close()
