"""What a cluster could give, from its objects: quota, cohort, topology, order, time limits."""

from __future__ import annotations

from typing import Any

import pytest

from ogai_lab.scheduler.clusters.types import Need, Offer
from ogai_lab.scheduler.engines.kubernetes import objects, slim
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.offers import Ground, offers
from ogai_lab.scheduler.engines.kubernetes.queues import Quotas
from ogai_lab.scheduler.engines.kubernetes.room import rooms

GPU = "nvidia.com/gpu"
NOW = 1_800_000_000.0
CONFIG = ClusterConfig(name="lab", prices={"h100": 2.0}, levels={"rack": "rack"})


def thing(name: str, spec: dict[str, Any], status: dict[str, Any] | None = None) -> objects.Whole:
    body = {"metadata": {"name": name, "namespace": "team"}, "spec": spec, "status": status or {}}
    return slim.whole(body)


def cluster_queue(
    name: str, nominal: int, used: int = 0, *, borrowed: int = 0, quota: Any = None, **spec: Any
) -> objects.Whole:
    resources = [
        {"name": "cpu", "nominalQuota": "10k"},
        {"name": GPU, "nominalQuota": str(nominal), **(quota or {})},
    ]
    group = {
        "coveredResources": ["cpu", GPU],
        "flavors": [{"name": "h100", "resources": resources}],
    }
    use = {"name": GPU, "total": str(used), "borrowed": str(borrowed)}
    usage = [{"name": "h100", "resources": [use]}]
    return thing(
        name,
        {"namespaceSelector": {}, "resourceGroups": [group], **spec},
        {"flavorsReservation": usage},
    )


def node(number: int) -> objects.NodeObject:
    return slim.node(
        {
            "metadata": {
                "name": f"n{number}",
                "labels": {"kind": "h100", "rack": f"r{number // 2}"},
            },
            "spec": {},
            "status": {
                "allocatable": {"cpu": "96", "memory": "1Ti", GPU: "8"},
                "conditions": [{"type": "Ready", "status": "True"}],
            },
        }
    )


def workload(gpus: int, since: str, limit: int | None) -> objects.WorkloadObject:
    given = {"name": "node", "flavors": {GPU: "h100"}, "resourceUsage": {GPU: str(gpus)}}
    admitted = {"type": "Admitted", "status": "True", "lastTransitionTime": since}
    return slim.workload(
        {
            "metadata": {"name": "w", "namespace": "team"},
            "spec": {
                "podSets": [{"name": "node", "count": 1, "template": {"spec": {}}}],
                "maximumExecutionTimeSeconds": limit,
            },
            "status": {
                "admission": {"clusterQueue": "cq", "podSetAssignments": [given]},
                "conditions": [admitted],
            },
        }
    )


def offered(
    need: Need,
    *queues: objects.Whole,
    waiting: int = 0,
    workloads: list[objects.WorkloadObject] | None = None,
    blind: bool = False,
) -> Offer:
    levels = [{"nodeLabel": "rack"}, {"nodeLabel": "kubernetes.io/hostname"}]
    quotas = Quotas(
        local_queues=[thing("lq", {"clusterQueue": "cq"}, {"pendingWorkloads": waiting})],
        cluster_queues=None if blind else queues,
        flavors=[thing("h100", {"nodeLabels": {"kind": "h100"}, "topologyName": "t"})],
        topologies=[thing("t", {"levels": levels})],
    )
    free = rooms([node(number) for number in range(4)], {})
    ground = Ground(
        namespace="team",
        quotas=quotas,
        rooms=None if blind else free,
        workloads=workloads or [],
        now=NOW,
    )
    (found,) = offers(need, CONFIG, ground)
    return found


def test_what_is_free_starts_now_and_has_a_price() -> None:
    found = offered(Need(nodes=2, gpus=8), cluster_queue("cq", 32, 16))
    assert (found.possible, found.now, found.left, found.room) == (True, True, 16, 4)
    assert found.cost == 32


def test_what_the_cohort_does_not_use_can_be_had() -> None:
    mine = cluster_queue("cq", 8, cohortName="all")
    other = cluster_queue("other", 24, 8, cohortName="all")
    found = offered(Need(nodes=3, gpus=8), mine, other)
    assert (found.now, found.left) == (True, 24)
    limited = cluster_queue("cq", 8, cohortName="all", quota={"borrowingLimit": "8"})
    assert offered(Need(nodes=3, gpus=8), limited, other).possible is False
    keeps = cluster_queue("other", 24, 8, cohortName="all", quota={"lendingLimit": "8"})
    assert offered(Need(nodes=2, gpus=8), mine, keeps).left == 16
    lent = cluster_queue("other", 8, 16, borrowed=8, cohortName="all")
    assert offered(Need(nodes=1, gpus=8), mine, lent).left == 0


@pytest.mark.parametrize(
    ("topology", "nodes", "possible", "now"),
    [
        ("same-rack", 2, True, True),
        ("same-rack", 3, False, False),
        ("preferred:rack", 3, True, True),
        ("", 4, True, True),
        ("", 5, False, False),
    ],
)
def test_nodes_near_one_another_are_counted(
    topology: str, nodes: int, possible: bool, now: bool
) -> None:
    need = Need(nodes=nodes, gpus=8, topology=topology)
    found = offered(need, cluster_queue("cq", 64))
    assert (found.possible, found.now) == (possible, now)


def test_a_time_is_given_only_with_its_basis() -> None:
    full = cluster_queue("cq", 16, 16)
    ends = [workload(8, "2027-01-15T08:00:00Z", 600), workload(8, "2027-01-15T08:00:00Z", 1200)]
    one = offered(Need(gpus=8), full, workloads=ends)
    assert (one.now, one.starts_in) == (False, 600)
    assert offered(Need(nodes=2, gpus=8), full, workloads=ends).starts_in == 1200
    endless = offered(Need(gpus=8), full, workloads=[workload(16, "2027-01-15T08:00:00Z", None)])
    assert (endless.starts_in, endless.basis[:8]) == (None, "No basis")
    behind = offered(Need(gpus=8), full, workloads=ends, waiting=3)
    assert (behind.starts_in, "3 jobs wait" in behind.basis) == (None, True)


def test_strict_order_lets_nobody_pass() -> None:
    strict = cluster_queue("cq", 32, queueingStrategy="StrictFIFO")
    assert offered(Need(gpus=8), strict, waiting=1).now is False
    assert offered(Need(gpus=8), cluster_queue("cq", 32), waiting=1).now is True


def test_what_cannot_be_seen_is_unknown_and_not_nothing() -> None:
    found = offered(Need(gpus=8), blind=True)
    assert (found.possible, found.now, found.left) == (True, None, None)


def test_a_device_that_no_node_has_is_named() -> None:
    found = offered(Need(gpus=8, fabric="ib"), cluster_queue("cq", 32))
    assert (found.possible, found.basis) == (False, "None of its nodes has 1 rdma/ib.")
