"""What the panels show of a real control plane: its nodes, at a glance and each on its page."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from ogai_lab.core.errors import NotFound
from ogai_lab.scheduler.engines.kubernetes import names
from ogai_lab.workbench import Workbench
from ogai_lab.workbench.local import LocalWorkbench
from tests.cluster.kubernetes.conftest import PlaneStarter
from tests.cluster.kubernetes.seeing import described
from tests.controlplane.client import until
from tests.controlplane.fake_nodes import GPU, NODES, Shape, node
from tests.controlplane.gangs import jobset, until_running
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes


def bench(folder: Path, kubeconfig: Path, **fields: str) -> LocalWorkbench:
    """Return a workbench on this machine whose one cluster is called ``lab``."""
    return Workbench.local(described(folder, kubeconfig, **fields), lead=False)


def _lists(workbench: LocalWorkbench) -> int:
    mirrors = workbench.fleet.member("lab").cache.states.values()
    return sum(one.lists for one in mirrors)


def test_many_nodes_reach_the_workbench_from_the_watches(
    plane: Plane, space: Space, tmp_path: Path
) -> None:
    space.fake_nodes(250, rack=16)
    with bench(tmp_path, plane.kubeconfig, namespace=space.name) as workbench:
        cluster = workbench.cluster
        known = set(cluster.loads("lab").nodes)
        assert set(space.nodes) <= known
        lists = _lists(workbench)
        for _ in range(20):
            loads = cluster.loads("lab")
            glance = workbench.clusters.glance("lab")
        each = dict(zip(loads.nodes, loads.utilization, strict=True))
        assert sum(len(each[name]) for name in space.nodes) == 2000
        assert glance.gpus >= 2000
        assert glance.states is not None
        assert sum(glance.states.values()) == len(loads.nodes)
        assert glance.queues is not None
        (queue,) = glance.queues
        assert queue.namespace == space.name
        assert cluster.machine(space.nodes[7], "lab").cpus > 0
        # A node that changes is told by its watch.
        spec = {"spec": {"unschedulable": True}}
        plane.api.patch(f"{NODES}/{space.nodes[0]}", spec)
        until(
            "it is cordoned",
            lambda: cluster.checks(space.nodes[0], cluster="lab")[0].name == "cordon",
        )
        assert _lists(workbench) == lists
        with pytest.raises(NotFound, match="no node 'elsewhere'"):
            cluster.machine("elsewhere", "lab")


def test_a_page_names_the_pods_of_a_node(plane: Plane, space: Space, tmp_path: Path) -> None:
    space.fake_nodes(1)
    with bench(tmp_path, plane.kubeconfig, namespace=space.name) as workbench:
        space.create(jobset(space, "gang", 1, gpus=4))
        (pod,) = until_running(space, "gang", 1)
        name = pod["spec"]["nodeName"]
        clusters = workbench.clusters
        until("its pod is there", lambda: bool(clusters.page(name, "lab").tenants))
        page = clusters.page(name, "lab")
        assert page.tenants is not None
        (tenant,) = page.tenants
        assert (tenant.pod, tenant.gpus) == (pod["metadata"]["name"], 4)
        taken = {one.resource: one.requested for one in page.amounts}
        assert taken[GPU] == 4
        assert page.node.gpus_free == 4
        assert names.JOB not in page.node.labels
        ready = next(one for one in page.statuses if one.type == "Ready")
        assert ready.holds
        assert ready.wanted
        (listed,) = (one for one in clusters.nodes("lab") if one.name == name)
        assert listed == page.node


def test_a_cluster_that_went_away_is_told_as_it_was_since_when_and_why(
    start_plane: PlaneStarter, tmp_path: Path
) -> None:
    plane = start_plane(kueue=False, jobset=False, kwok=False)
    with bench(tmp_path, plane.kubeconfig) as workbench:
        plane.api.create(node("only", 0, "pool", Shape()))
        clusters = workbench.clusters
        until("its node is there", lambda: clusters.glance("lab").gpus == 8)
        assert clusters.glance("lab").stale_since is None
        before = time.time()
        plane.processes.end("kube-apiserver")
        until("it is known", lambda: clusters.glance("lab").stale_since is not None)
        glance = clusters.glance("lab")
        assert glance.gpus == 8
        assert glance.stale_since is not None
        assert glance.stale_since >= before - 1
        until("the cause is known", lambda: clusters.glance("lab").problem != "")
        assert re.search("answer|connect|refused", clusters.glance("lab").problem)
        assert clusters.glance("lab").action
    with bench(tmp_path, plane.kubeconfig) as anew:  # never seen, and not there
        glance = anew.clusters.glance("lab")
        assert glance.states is None
        assert glance.problem
        assert glance.action
        assert glance.stale_since
    plane.stop()
