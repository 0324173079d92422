"""The small values that are kept of a cluster's objects, made of the JSON as it is answered.

A pod of 6 KiB becomes a few hundred bytes: the texts that many objects share are kept once, and of
pods and workloads that are not ours only what they take of the cluster.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ogai_lab.scheduler.engines.kubernetes.objects import (
    NOTHING,
    Condition,
    Container,
    JobSetObject,
    NodeObject,
    PodObject,
    PodSet,
    Taint,
    Whole,
    WorkloadObject,
)
from ogai_lab.scheduler.engines.kubernetes.quantities import largest, numbers, total

OURS = "ogai-lab.org/"
_KEPT = (OURS, "jobset.sigs.k8s.io/", "kueue.x-k8s.io/", "batch.kubernetes.io/")


def node(body: Mapping[str, Any]) -> NodeObject:
    """Return what is kept of a node."""
    meta, spec, status = _parts(body)
    ready = next((one for one in status.get("conditions") or () if one["type"] == "Ready"), None)
    return NodeObject(
        name=meta["name"],
        uid=meta.get("uid", ""),
        ready=ready is not None and ready["status"] == "True",
        reason=str((ready or {}).get("reason") or "NoStatus"),
        schedulable=not spec.get("unschedulable", False),
        labels=_shared(meta.get("labels")),
        taints=tuple(
            Taint(_one(taint["key"]), _one(taint.get("value", "")), _one(taint["effect"]))
            for taint in spec.get("taints") or ()
        ),
        allocatable=_amounts(numbers(status.get("allocatable"))),
        capacity=_amounts(numbers(status.get("capacity"))),
        created=seconds(meta.get("creationTimestamp")),
        version=_one((status.get("nodeInfo") or {}).get("kubeletVersion", "")),
        info=_shared(status.get("nodeInfo")),
        conditions=_conditions(status.get("conditions")),
    )


def pod(body: Mapping[str, Any]) -> PodObject:
    """Return what is kept of a pod."""
    meta, spec, status = _parts(body)
    labels = meta.get("labels") or {}
    seen = {
        "namespace": _one(meta.get("namespace", "")),
        "name": meta["name"],
        "uid": meta.get("uid", ""),
        "node": _one(spec.get("nodeName") or ""),
        "phase": _one(status.get("phase") or "Pending"),
        "requests": _amounts(pod_requests(spec)),
        "deleting": "deletionTimestamp" in meta,
    }
    if not any(key.startswith(OURS) for key in labels):
        return PodObject(**seen)
    states = [(one, True) for one in status.get("initContainerStatuses") or ()]
    states += [(one, False) for one in status.get("containerStatuses") or ()]
    return PodObject(
        **seen,
        ours=True,
        created=seconds(meta.get("creationTimestamp")),
        reason=status.get("reason") or "",
        message=status.get("message") or "",
        labels=_kept(labels),
        annotations=_kept(meta.get("annotations")),
        gates=tuple(_one(gate["name"]) for gate in spec.get("schedulingGates") or ()),
        conditions=_conditions(status.get("conditions")),
        containers=tuple(_container(state, init) for state, init in states),
    )


def pod_requests(spec: Mapping[str, Any]) -> dict[str, float]:
    """Return what a pod takes of its node: its containers, or its init containers where more."""

    def asked(container: Mapping[str, Any]) -> dict[str, float]:
        resources = container.get("resources") or {}
        return numbers({**(resources.get("limits") or {}), **(resources.get("requests") or {})})

    inits = spec.get("initContainers") or ()
    beside = [asked(one) for one in inits if one.get("restartPolicy") == "Always"]
    running = total([*(asked(one) for one in spec.get("containers") or ()), *beside])
    starting = [asked(one) for one in inits if one.get("restartPolicy") != "Always"]
    return total([largest([running, *starting]), numbers(spec.get("overhead"))])


def jobset(body: Mapping[str, Any]) -> JobSetObject:
    """Return what is kept of a JobSet."""
    meta, spec, status = _parts(body)
    return JobSetObject(
        namespace=_one(meta.get("namespace", "")),
        name=meta["name"],
        uid=meta.get("uid", ""),
        labels=_kept(meta.get("labels")),
        annotations=_kept(meta.get("annotations")),
        suspended=bool(spec.get("suspend", False)),
        deleting="deletionTimestamp" in meta,
        restarts=int(status.get("restarts") or 0),
        created=seconds(meta.get("creationTimestamp")),
        conditions=_conditions(status.get("conditions")),
        jobs=tuple(status.get("replicatedJobsStatus") or ()),
        charged=int(status.get("restartsCountTowardsMax") or 0),
    )


def workload(body: Mapping[str, Any]) -> WorkloadObject:
    """Return what is kept of a workload."""
    meta, spec, status = _parts(body)
    admission = status.get("admission") or {}
    given = {one["name"]: one for one in admission.get("podSetAssignments") or ()}
    owners = (one for one in meta.get("ownerReferences") or () if one.get("controller"))
    owner = next(owners, NOTHING)
    requeue = status.get("requeueState") or {}
    priority = spec.get("priorityClassRef") or {}
    return WorkloadObject(
        namespace=_one(meta.get("namespace", "")),
        name=meta["name"],
        uid=meta.get("uid", ""),
        queue=_one(spec.get("queueName") or ""),
        cluster_queue=_one(admission.get("clusterQueue") or ""),
        priority=int(spec.get("priority") or 0),
        priority_class=_one(priority.get("name") or spec.get("priorityClassName") or ""),
        active=spec.get("active", True) is not False,
        created=seconds(meta.get("creationTimestamp")),
        owner_kind=_one(owner.get("kind", "")),
        owner=owner.get("name", ""),
        owner_uid=owner.get("uid", ""),
        pod_sets=tuple(
            _pod_set(one, given.get(one["name"]) or {}) for one in spec.get("podSets") or ()
        ),
        conditions=_conditions(status.get("conditions")),
        checks=tuple(status.get("admissionChecks") or ()),
        requeued=int(requeue.get("count") or 0),
        requeue_at=seconds(requeue.get("requeueAt")),
        unhealthy=tuple(one["name"] for one in status.get("unhealthyNodes") or ()),
        deleting="deletionTimestamp" in meta,
        limit=spec.get("maximumExecutionTimeSeconds"),
        evictions=_evictions(status.get("schedulingStats") or NOTHING),
    )


def whole(body: Mapping[str, Any]) -> Whole:
    """Return an object without what the API keeps for itself."""
    meta, status = body["metadata"], body.get("status") or NOTHING
    spec = body.get("spec")
    if spec is None:  # such as a StorageClass, whose fields stand at the top
        spec = {
            key: value
            for key, value in body.items()
            if key not in ("metadata", "status", "kind", "apiVersion")
        }
    return Whole(
        namespace=_one(meta.get("namespace", "")),
        name=meta["name"],
        uid=meta.get("uid", ""),
        labels=_shared(meta.get("labels")),
        annotations=meta.get("annotations") or NOTHING,
        spec=spec,
        status=status,
        conditions=_conditions(status.get("conditions")),
    )


@functools.lru_cache(maxsize=4096)
def seconds(stamp: str | None) -> float | None:
    """Return a time as the API writes it as Unix seconds."""
    return datetime.fromisoformat(stamp).timestamp() if stamp else None


def _parts(
    body: Mapping[str, Any],
) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
    return body["metadata"], body.get("spec") or NOTHING, body.get("status") or NOTHING


def _pod_set(asked: Mapping[str, Any], given: Mapping[str, Any]) -> PodSet:
    return PodSet(
        name=_one(asked["name"]),
        count=int(given.get("count") or asked.get("count") or 1),
        requests=_amounts(pod_requests((asked.get("template") or {}).get("spec") or {})),
        flavors=_shared(given.get("flavors")),
        usage=_amounts(numbers(given.get("resourceUsage"))),
        topology=given.get("topologyAssignment") or NOTHING,
    )


def _evictions(stats: Mapping[str, Any]) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for one in stats.get("evictions") or ():
        found[one["reason"]] = found.get(one["reason"], 0) + one["count"]
    return _amounts(found) if found else NOTHING


def _container(body: Mapping[str, Any], init: bool) -> Container:
    state, said = next(iter((body.get("state") or {"waiting": {}}).items()))
    return Container(
        name=_one(body["name"]),
        state=_one(state),
        reason=_one(said.get("reason") or ""),
        message=said.get("message") or "",
        code=said.get("exitCode"),
        signal=said.get("signal"),
        started=seconds(said.get("startedAt")),
        ended=seconds(said.get("finishedAt")),
        restarts=int(body.get("restartCount") or 0),
        init=init,
    )


def _conditions(bodies: Iterable[Mapping[str, Any]] | None) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            type=_one(one["type"]),
            status=one.get("status") == "True",
            reason=_one(one.get("reason") or ""),
            message=_one(one.get("message") or ""),
            time=seconds(one.get("lastTransitionTime")),
        )
        for one in bodies or ()
    )


def _kept(labels: Mapping[str, str] | None) -> Mapping[str, str]:
    kept = {key: value for key, value in (labels or {}).items() if key.startswith(_KEPT)}
    return _shared(kept)


def _shared(labels: Mapping[str, str] | None) -> Mapping[str, str]:
    return {_one(key): _one(value) for key, value in labels.items()} if labels else NOTHING


_one = sys.intern


@functools.lru_cache(maxsize=4096)
def _same(amounts: tuple[tuple[str, float], ...]) -> Mapping[str, float]:
    return dict(amounts)


def _amounts(amounts: Mapping[str, float]) -> Mapping[str, float]:
    """Return amounts as one object for all that have the same ones."""
    return _same(tuple((_one(name), value) for name, value in sorted(amounts.items())))
