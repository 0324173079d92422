"""A cluster at a glance and a node's page, from objects as an API server answers them."""

from __future__ import annotations

import time
from typing import Any

from ogai_lab.scheduler.engines.kubernetes import names, objects, pages, slim
from ogai_lab.scheduler.engines.kubernetes.nodes import view
from ogai_lab.scheduler.types import Node

GPU, RDMA = "nvidia.com/gpu", "rdma/hca_shared_devices_a"


def body(name: str = "n1", **status: Any) -> dict[str, Any]:
    """Return a node as the API has it: 8 GPUs, and a kubelet that says that it is well."""
    has = {"cpu": "96", "memory": "1Ti", "pods": "110", GPU: "8", RDMA: "4"}
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    calm = {"type": "DiskPressure", "status": "False", "reason": "KubeletHasNoDiskPressure"}
    return {
        "metadata": {"name": name, "uid": f"u-{name}", "labels": {"pool": "a", "rack": "r1"}},
        "spec": {},
        "status": {
            "allocatable": has,
            "capacity": has,
            "conditions": [calm, ready],
            "nodeInfo": {"osImage": "Ubuntu 24.04", "kubeletVersion": "v1.36.0"},
            **status,
        },
    }


def pod(name: str, gpus: int, job: str = "", **requests: str) -> objects.PodObject:
    """Return a pod that runs on a node; one of ours where it has a job."""
    labels = {names.JOB: job} if job else {}
    asked = {**({GPU: str(gpus)} if gpus else {}), **requests}
    return slim.pod(
        {
            "metadata": {"name": name, "namespace": "team-a", "labels": labels},
            "spec": {
                "nodeName": "n1",
                "containers": [{"name": "main", "resources": {"requests": asked}}],
            },
            "status": {"phase": "Running"},
        }
    )


def flavor(name: str, **labels: str) -> objects.Whole:
    return slim.whole({"metadata": {"name": name}, "spec": {"nodeLabels": labels}})


def test_a_node_is_of_the_flavors_whose_labels_it_has() -> None:
    flavors = [flavor("mine", pool="a"), flavor("other", pool="b"), flavor("any")]
    assert view(slim.node(body()), [], (), flavors).flavors == ["any", "mine"]


def test_health_is_what_the_kubelet_and_the_devices_say() -> None:
    well = body()
    pressed = body(conditions=[{**one, "status": "True"} for one in well["status"]["conditions"]])
    silent = body(
        conditions=[{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]
    )
    broken = body(allocatable={**well["status"]["allocatable"], GPU: "7"})
    found = [view(slim.node(one), []) for one in (well, pressed, silent, broken)]
    assert [one.health for one in found] == ["ok", "warn", "critical", "critical"]
    assert [one.state for one in found] == ["ready", "ready", "unreachable", "ready"]


def test_a_cordoned_node_and_its_taints_are_told() -> None:
    given = body()
    given["spec"] = {
        "unschedulable": True,
        "taints": [
            {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"},
            {"key": "team", "value": "a", "effect": "NoExecute"},
        ],
    }
    shown = view(slim.node(given), [])
    assert shown.state == "draining"
    assert shown.taints == ["node.kubernetes.io/unschedulable:NoSchedule", "team=a:NoExecute"]


def test_a_page_tells_what_was_asked_for_by_whom() -> None:
    node = slim.node(body())
    pods = [pod("helper", 0, cpu="2"), pod("rank-0", 6, job="j1", cpu="48", **{RDMA: "1"})]
    page = pages.page("lab", node, view(node, pods), pods, None)
    amounts = {one.resource: (one.allocatable, one.requested) for one in page.amounts}
    assert amounts[GPU] == (8, 6)
    assert amounts["cpu"] == (96, 50)
    assert amounts["pods"] == (110, 2)
    assert [one.resource for one in page.amounts] == [GPU, "cpu", "memory", "pods", RDMA]
    assert [(one.resource, one.requested) for one in page.amounts if one.fast] == [(RDMA, 1)]
    assert page.tenants is not None
    assert [(one.pod, one.job, one.gpus) for one in page.tenants] == [
        ("rank-0", "j1", 6),
        ("helper", "", 0),
    ]
    assert (page.system, page.kubelet) == ("Ubuntu 24.04", "v1.36.0")


def test_trouble_comes_first_and_what_may_not_be_seen_is_not_zero() -> None:
    conditions = [
        {"type": "MemoryPressure", "status": "True", "reason": "KubeletHasInsufficientMemory"},
        *body()["status"]["conditions"],
    ]
    node = slim.node(body(conditions=conditions))
    page = pages.page("lab", node, view(node, []), None, time.time())
    assert [(one.type, one.wanted) for one in page.statuses] == [
        ("MemoryPressure", False),
        ("Ready", True),
        ("DiskPressure", True),
    ]
    assert page.tenants is None
    assert {one.requested for one in page.amounts} == {None}


def test_what_a_node_that_takes_no_jobs_has_is_not_free() -> None:
    def node(name: str, **spec: Any) -> Node:
        return view(slim.node({**body(name), "spec": spec}), [])

    glance = pages.glance("lab", "team-a", [node("n1"), node("n2", unschedulable=True)], None)
    assert glance.states == {"ready": 1, "busy": 0, "unreachable": 0, "draining": 1}
    assert (glance.gpus, glance.gpus_free, glance.cpus_free) == (16, 8, 96)
    assert glance.queues is None
    assert pages.glance("lab", "team-a", [], []).states == dict.fromkeys(glance.states, 0)
