from __future__ import annotations

from typing import Any

from ogai_lab.scheduler.engines.kubernetes.offers import Ground
from ogai_lab.scheduler.engines.kubernetes.queues import Quotas
from ogai_lab.scheduler.engines.kubernetes.room import rooms
from ogai_lab.scheduler.engines.kubernetes.whatif import alternatives, outlook
from ogai_lab.scheduler.spec import JobSpec
from tests.scheduler.engines.kubernetes.test_offers import (
    CONFIG,
    NOW,
    cluster_queue,
    node,
    thing,
    workload,
)


def ground(*, seen: bool = True, **queues: Any) -> Ground:
    """Four nodes of 8 GPUs, two a rack, with a LocalQueue for each cluster queue."""
    levels = [{"nodeLabel": "rack"}, {"nodeLabel": "kubernetes.io/hostname"}]
    quotas = Quotas(
        local_queues=[thing(name, {"clusterQueue": name}) for name in queues],
        cluster_queues=list(queues.values()),
        flavors=[thing("h100", {"nodeLabels": {"kind": "h100"}, "topologyName": "t"})],
        topologies=[thing("t", {"levels": levels})],
    )
    free = rooms([node(number) for number in range(4)], {}) if seen else None
    held = [workload(16, "2027-01-15T07:50:00Z", 1200)]
    return Ground(namespace="team", quotas=quotas, rooms=free, workloads=held, now=NOW, mine="cq")


def changes(spec: dict[str, Any], around: Ground, **options: bool) -> list[str]:
    return alternatives(job(**spec), CONFIG, around, **options)


def job(**spec: Any) -> JobSpec:
    run = {"kind": "command", "argv": ["true"]}
    return JobSpec.model_validate({"run": run, "queue": "cq", "gpus": 8, **spec})


def test_the_most_that_starts_is_offered():
    around = ground(cq=cluster_queue("cq", 32, 8))
    assert changes({"nodes": 4}, around) == ["nodes=3", "gpus=6"]


def test_of_other_queues_the_one_with_the_most_left_is_offered():
    around = ground(
        cq=cluster_queue("cq", 8, 8),
        small=cluster_queue("small", 8),
        large=cluster_queue("large", 32),
    )
    assert changes({}, around) == ["queue='large'"]
    assert changes({}, around, elsewhere=True) == ["queue='large'"]


def test_a_wish_for_nearness_is_weakened_before_it_is_dropped():
    around = ground(cq=cluster_queue("cq", 32))
    assert changes({"nodes": 3, "topology": "same-rack"}, around)[:2] == [
        "topology='preferred:rack'",
        "nodes=2",
    ]


def test_nothing_is_offered_for_what_starts_or_cannot_be_seen():
    assert changes({}, ground(cq=cluster_queue("cq", 32))) == []
    assert changes({"nodes": 5}, ground(seen=False, cq=cluster_queue("cq", 32))) == []


def test_a_queue_that_lets_nobody_in_is_not_offered():
    other = {"matchLabels": {"kubernetes.io/metadata.name": "somebody-else"}}
    closed = cluster_queue("closed", 64, namespaceSelector=other)
    assert changes({}, ground(cq=cluster_queue("cq", 0), closed=closed)) == []


def test_when_it_starts_is_the_time_limit_of_those_before_it():
    around = ground(cq=cluster_queue("cq", 16, 16))
    seconds, basis = outlook(job(), CONFIG, around)
    assert seconds is not None
    assert "time limits" in basis
    assert outlook(job(nodes=9), CONFIG, around) == (None, "")
