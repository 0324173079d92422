"""Nodes that are to take no new jobs, or to be emptied; what runs there is shown first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ogai_lab.core.errors import Forbidden, NotFound, OgaiError
from ogai_lab.scheduler.clusters.plans import Affected, NodePlan
from ogai_lab.scheduler.engines.kubernetes import names, paths
from ogai_lab.scheduler.engines.kubernetes.api import Api

_OVER = ("Succeeded", "Failed")
_MIRROR = "kubernetes.io/config.mirror"

Pod = Mapping[str, Any]


def look(api: Api, cluster: str, node: str) -> NodePlan:
    """Return a node, and what would have to leave it. Changes nothing.

    Raises
    ------
    NotFound, Forbidden
        When there is no such node, or pods of all namespaces may not be seen.
    """
    body = api.get(paths.nodes(name=node))
    there = _pods(api, node)
    leaving = [pod for pod in there if _leaves(pod)]
    return NodePlan(
        cluster=cluster,
        node=node,
        schedulable=not (body.get("spec") or {}).get("unschedulable"),
        affected=[_named(api, one) for one in affected(leaving)],
        staying=len(there) - len(leaving),
    )


def cordon(api: Api, cluster: str, node: str, *, off: bool = False) -> NodePlan:
    """Let no new jobs start on a node, or again with `off`. What runs there goes on."""
    api.patch(paths.nodes(name=node), {"spec": {"unschedulable": None if off else True}})
    return look(api, cluster, node)


def drain(api: Api, cluster: str, node: str) -> NodePlan:
    """Let no new jobs start on a node, and ask what runs there to leave.

    Budgets for disruption are kept: a pod that may not be ended now is told, and stays.
    """
    plan = cordon(api, cluster, node)
    for one in plan.affected:
        for pod in one.pods:
            try:
                _evict(api, one.namespace, pod)
            except NotFound:
                continue  # it has left by itself
            except OgaiError as exc:
                plan.refused.append(f"{one.namespace}/{pod}: {exc.message}")
            else:
                plan.evicted += 1
    return plan


def affected(pods: Iterable[Pod]) -> list[Affected]:
    """Return pods by the jobs they are of; others each by itself."""
    found: dict[tuple[str, str], Affected] = {}
    for pod in pods:
        meta = pod["metadata"]
        labels = meta.get("labels") or {}
        job = labels.get(names.JOB)
        gang = job or labels.get(names.JOBSET_NAME) or meta["name"]
        one = found.setdefault(
            (meta["namespace"], gang),
            Affected(
                name=gang,
                namespace=meta["namespace"],
                pods=[],
                ours=job is not None,
            ),
        )
        one.pods.append(meta["name"])
    return sorted(found.values(), key=lambda one: (not one.ours, one.namespace, one.name))


def _named(api: Api, one: Affected) -> Affected:
    """Return a job with what people call it, which its JobSet knows."""
    if not one.ours:
        return one
    try:
        jobset = api.get(paths.jobsets(one.namespace, one.name))
    except (Forbidden, NotFound):
        return one
    notes = jobset["metadata"].get("annotations") or {}
    told = {"shown": notes.get(names.NAME, ""), "owner": notes.get(names.OWNER, "")}
    return one.model_copy(update=told)


def _pods(api: Api, node: str) -> Sequence[Pod]:
    pages = api.pages(paths.pods(), fieldSelector=f"spec.nodeName={node}")
    return [
        pod
        for page in pages
        for pod in page["items"]
        if (pod.get("status") or {}).get("phase") not in _OVER
    ]


def _leaves(pod: Pod) -> bool:
    """Return whether a pod would leave: those of the node itself would be back at once."""
    meta = pod["metadata"]
    owners = [one.get("kind") for one in meta.get("ownerReferences") or ()]
    return "DaemonSet" not in owners and _MIRROR not in (meta.get("annotations") or {})


def _evict(api: Api, namespace: str, pod: str) -> None:
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod, "namespace": namespace},
    }
    api.create(paths.pods(namespace, pod, "eviction"), eviction)
