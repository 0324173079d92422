"""What a cluster would make of a job, as far as its mirrors tell before it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ogai_lab.core.errors import Forbidden, InvalidInput, NotFound
from ogai_lab.scheduler.engines.kubernetes import cache
from ogai_lab.scheduler.engines.kubernetes.cache import Cache
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.mirror import Kind
from ogai_lab.scheduler.engines.kubernetes.objects import Whole


def facts(cluster: Cache) -> Facts:
    """Return what is known of flavors and topologies; nothing where they may not be seen.

    Raises
    ------
    OgaiError
        When the cluster was never reached and cannot be now.
    """
    flavors = _seen(cluster, cache.FLAVORS)
    topologies = _seen(cluster, cache.TOPOLOGIES)
    levels: dict[str, None] = {}
    for one in topologies:
        levels |= {str(level["nodeLabel"]): None for level in one.spec.get("levels") or ()}
    labels: dict[str, Mapping[str, Any]] = {
        one.name: one.spec.get("nodeLabels") or {} for one in flavors
    }
    return Facts(flavors=labels, levels=tuple(levels))


def _seen(cluster: Cache, kind: Kind[Whole]) -> list[Whole]:
    try:
        return cluster.read(kind).all()
    except (Forbidden, NotFound):
        return []


def check_queue(cluster: Cache, queue: str) -> None:
    """Refuse a LocalQueue that the namespace does not have.

    Raises
    ------
    InvalidInput
        When it has none of this name, or the cluster has no Kueue.
    OgaiError
        When the cluster was never reached and cannot be now.
    """
    try:
        found = cluster.read(cache.LOCAL_QUEUES).all()
    except Forbidden:
        return  # who may not look may still submit: the cluster says what is wrong
    except NotFound as exc:
        raise InvalidInput(
            exc.message, cause=exc.cause, action=exc.action, field="cluster"
        ) from exc
    namespace = cluster.api.namespace
    there = sorted(one.name for one in found if one.namespace == namespace)
    if queue not in there:
        raise InvalidInput(
            f"The namespace {namespace!r} has no LocalQueue {queue[:100]!r}.",
            action=f"Use one of: {', '.join(there)}."
            if there
            else "Ask an administrator for a LocalQueue in it, or name another namespace in "
            "clusters.yaml.",
            field="queue",
        )
