"""Queues as people see them: LocalQueues, with the quotas of the ClusterQueues behind them.

Values in, values out. What the account may not see is None, never zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ogai_lab.scheduler.clusters.types import ClusterQueueView, Share
from ogai_lab.scheduler.engines.kubernetes.objects import Condition, Whole
from ogai_lab.scheduler.engines.kubernetes.quantities import number

_NAMESPACE = "kubernetes.io/metadata.name"


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """What is known of a cluster's quotas; None where the account may not see it."""

    local_queues: Sequence[Whole] | None
    cluster_queues: Sequence[Whole] | None
    flavors: Sequence[Whole] | None
    topologies: Sequence[Whole] | None

    def cluster_queue(self, name: str) -> Whole | None:
        """Return a cluster queue, None where there is none or it cannot be seen."""
        return _named(self.cluster_queues, name)

    def flavor(self, name: str) -> Whole | None:
        """Return a flavor, None where there is none or it cannot be seen."""
        return _named(self.flavors, name)

    def levels(self, flavor: str) -> list[str]:
        """Return the labels of the topology of a flavor, the widest first."""
        found = self.flavor(flavor)
        topology = _named(self.topologies, str(found.spec.get("topologyName"))) if found else None
        return [one["nodeLabel"] for one in topology.spec.get("levels") or ()] if topology else []

    @property
    def all_levels(self) -> list[str]:
        """The labels of all topologies, the widest first, each once."""
        labels = [
            one["nodeLabel"]
            for topology in self.topologies or ()
            for one in topology.spec.get("levels") or ()
        ]
        return list(dict.fromkeys(labels))


def views(quotas: Quotas, namespace: str | None = None) -> list[ClusterQueueView]:
    """Return every queue as people see it, by namespace and name; or those of one namespace."""
    found = [
        _view(queue, quotas)
        for queue in quotas.local_queues or ()
        if namespace in (None, queue.namespace)
    ]
    return sorted(found, key=lambda one: (one.namespace, one.name))


def shares(queue: Whole, quotas: Quotas) -> list[Share]:
    """Return what a cluster queue may have and has, by resource and flavor."""
    reserved = _usage(queue.status.get("flavorsReservation"))
    used = _usage(queue.status.get("flavorsUsage"))
    found = []
    for flavor, quota in _quotas(queue):
        at = (flavor, quota["name"])
        share = Share(
            resource=quota["name"],
            flavor=flavor,
            nominal=number(str(quota.get("nominalQuota", 0))),
            reserved=reserved.get(at, (0.0, 0.0))[0],
            used=used.get(at, (0.0, 0.0))[0],
            borrowed=reserved.get(at, (0.0, 0.0))[1],
            borrowing_limit=_limit(quota.get("borrowingLimit")),
            lending_limit=_limit(quota.get("lendingLimit")),
        )
        share.left = _left(queue, share, quotas)
        found.append(share)
    return found


def order(queue: Whole) -> list[tuple[str, list[str]]]:
    """Return the flavors of a cluster queue in the order Kueue tries them, with their resources."""
    return [
        (flavor["name"], [one["name"] for one in flavor.get("resources") or ()])
        for group in queue.spec.get("resourceGroups") or ()
        for flavor in group.get("flavors") or ()
    ]


def inactive(queue: Whole) -> Condition | None:
    """Return the condition that says why a queue takes no jobs, None where it takes them."""
    found = next((one for one in queue.conditions if one.type == "Active"), None)
    return None if found is None or found.status else found


def lets_in(queue: Whole, namespace: str) -> bool:
    """Return whether a cluster queue takes jobs from a namespace, as far as its name tells."""
    selector = queue.spec.get("namespaceSelector")
    if selector is None:
        return False
    named = (selector.get("matchLabels") or {}).get(_NAMESPACE, namespace)
    return named == namespace and all(
        (namespace in (one.get("values") or ())) == (one["operator"] == "In")
        for one in selector.get("matchExpressions") or ()
        if one["key"] == _NAMESPACE and one["operator"] in ("In", "NotIn")
    )


def _view(local: Whole, quotas: Quotas) -> ClusterQueueView:
    name = str(local.spec.get("clusterQueue") or "")
    behind = quotas.cluster_queue(name)
    why = inactive(local) or (inactive(behind) if behind else None)
    stopped = local.spec.get("stopPolicy", "None") != "None"
    levels = [quotas.levels(flavor) for flavor, _ in order(behind)] if behind else []
    return ClusterQueueView(
        name=local.name,
        namespace=local.namespace,
        cluster_queue=name,
        cohort=str(behind.spec.get("cohortName") or "") if behind else "",
        active=why is None and not stopped,
        problem=why.message or why.reason if why else "It was stopped." if stopped else "",
        visible=behind is not None,
        shares=shares(behind, quotas) if behind else _own_shares(local),
        waiting=int(local.status.get("pendingWorkloads") or 0),
        admitted=int(local.status.get("admittedWorkloads") or 0),
        topologies=list(dict.fromkeys(label for one in levels for label in one)),
    )


def _own_shares(local: Whole) -> list[Share]:
    """Return what the jobs of a queue have, where its quotas cannot be seen."""
    reserved = _usage(local.status.get("flavorsReservation"))
    used = _usage(local.status.get("flavorsUsage"))
    return [
        Share(resource=resource, flavor=flavor, reserved=total, used=used.get(at, (0.0, 0.0))[0])
        for at, (total, _) in reserved.items()
        for flavor, resource in (at,)
    ]


def ceiling(
    queue: Whole, flavor: str, resource: str, quotas: Quotas, *, limited: bool = True
) -> float:
    """Return the most that a queue could ever have of a resource: when nobody else uses any.

    Parameters
    ----------
    limited
        Whether its own limit of borrowing counts.
    """
    nominal = _stand(queue, flavor, resource)[0]
    together = nominal + sum(
        _stand(other, flavor, resource)[1] for other in _companions(queue, quotas)
    )
    if not limited:
        return together
    return min(together, nominal + _borrowing(queue, flavor, resource))


def _left(queue: Whole, share: Share, quotas: Quotas) -> float:
    """Return what a queue can still have: of its own, and of what its cohort has to lend.

    Of another queue's quota the part that it does not lend is its own; what it uses beyond that
    part comes out of what all share. Quotas of cohorts themselves are not counted.
    """
    nominal = share.nominal or 0.0
    together = nominal - share.reserved
    for other in _companions(queue, quotas):
        has, lends, uses = _stand(other, share.flavor, share.resource)
        together += lends - max(0.0, uses - (has - lends))
    limit = _borrowing(queue, share.flavor, share.resource)
    return max(0.0, min(together, nominal + limit - share.reserved))


def _companions(queue: Whole, quotas: Quotas) -> list[Whole]:
    cohort = queue.spec.get("cohortName")
    return [
        one
        for one in quotas.cluster_queues or ()
        if cohort and one.spec.get("cohortName") == cohort and one.name != queue.name
    ]


def _borrowing(queue: Whole, flavor: str, resource: str) -> float:
    """Return how much a queue may borrow of a resource at most."""
    limits = [
        _limit(quota.get("borrowingLimit"))
        for name, quota in _quotas(queue)
        if (name, quota["name"]) == (flavor, resource)
    ]
    return math.inf if not limits or limits[0] is None else limits[0]


def _stand(queue: Whole, flavor: str, resource: str) -> tuple[float, float, float]:
    """Return what a queue has of a resource, lends of it, and uses."""
    uses = _usage(queue.status.get("flavorsReservation")).get((flavor, resource), (0.0, 0.0))[0]
    for name, quota in _quotas(queue):
        if (name, quota["name"]) == (flavor, resource):
            nominal = number(str(quota.get("nominalQuota", 0)))
            limit = _limit(quota.get("lendingLimit"))
            return nominal, nominal if limit is None else min(nominal, limit), uses
    return 0.0, 0.0, uses


def _quotas(queue: Whole) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for group in queue.spec.get("resourceGroups") or ():
        for flavor in group.get("flavors") or ():
            for quota in flavor.get("resources") or ():
                yield flavor["name"], quota


def _usage(
    flavors: Iterable[Mapping[str, Any]] | None,
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return totals and what of them is borrowed, by flavor and resource."""
    return {
        (flavor["name"], one["name"]): (
            number(str(one.get("total", 0))),
            number(str(one.get("borrowed", 0))),
        )
        for flavor in flavors or ()
        for one in flavor.get("resources") or ()
    }


def _limit(value: object) -> float | None:
    return None if value is None else number(str(value))


def _named(objects: Sequence[Whole] | None, name: str) -> Whole | None:
    return next((one for one in objects or () if one.name == name), None)
