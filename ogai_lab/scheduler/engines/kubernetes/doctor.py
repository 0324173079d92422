"""Whether jobs can be run on a cluster: what was found, and what mends it.

Every check goes on where it can: an ordinary account of a namespace sees less, and is told so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ogai_lab.core.errors import Forbidden, NotFound, OgaiError
from ogai_lab.scheduler.clusters.types import Diagnosis, Finding
from ogai_lab.scheduler.engines.kubernetes import coverage, paths, rights, slim
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.paths import Resource
from ogai_lab.scheduler.engines.kubernetes.queues import Quotas
from ogai_lab.scheduler.engines.kubernetes.storage import is_default

T = TypeVar("T")

OLDEST = (1, 30)
_PARTS = {
    "Kueue": (
        *paths.KUEUE,
        "https://github.com/kubernetes-sigs/kueue/releases/download/v0.19.2/manifests.yaml",
    ),
    "JobSet": (
        *paths.JOBSET,
        "https://github.com/kubernetes-sigs/jobset/releases/download/v0.12.0/manifests.yaml",
    ),
}
_WORST_FIRST = {"critical": 0, "warn": 1, "unknown": 2, "ok": 3}


def diagnose(api: Api, config: ClusterConfig) -> Diagnosis:
    """Check a cluster and return what was found, worst first. Changes nothing there."""
    found: list[Finding] = []
    try:
        found += _checks(api, config)
    except OgaiError as exc:
        found.append(_failed("connection", exc))
    found.sort(key=lambda one: _WORST_FIRST[one.outcome])
    return Diagnosis(
        cluster=config.name,
        namespace=api.namespace,
        ready=not any(one.outcome == "critical" for one in found),
        findings=found,
    )


def _checks(api: Api, config: ClusterConfig) -> Iterator[Finding]:
    yield _connection(api)
    user = _user(api)
    yield Finding(check="account", outcome="ok", finding=f"The cluster knows you as {user}.")
    yield from _namespace(api)
    groups = _groups(api)
    parts = {name: _part(name, groups) for name in _PARTS}
    yield from parts.values()
    missing = rights.review(api)
    yield from rights.findings(missing, api.namespace, user)
    if parts["Kueue"].outcome == "ok":
        yield from _stock(api, config)
    if all(one.outcome == "ok" for one in parts.values()):
        yield from _admission(api, config)
    yield from _storage(api)


def _connection(api: Api) -> Finding:
    begun = time.monotonic()
    answer = api.get(paths.VERSION)
    took = time.monotonic() - begun
    version = str(answer.get("gitVersion", "?"))
    digits = [str(answer.get(key, "")).rstrip("+") for key in ("major", "minor")]
    old = all(one.isdigit() for one in digits) and tuple(map(int, digits)) < OLDEST
    return Finding(
        check="connection",
        outcome="warn" if old else "ok",
        finding=f"Kubernetes {version} answers at {api.host}.",
        remedy=f"It is older than {OLDEST[0]}.{OLDEST[1]}; ask for a newer one." if old else "",
        evidence={"version": version, "seconds": round(took, 4)},
    )


def _user(api: Api) -> str:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = api.create(paths.identity_reviews(), body)
    except (Forbidden, NotFound):
        return "this account"
    return str(answer["status"]["userInfo"].get("username") or "this account")


def _namespace(api: Api) -> Iterator[Finding]:
    try:
        body = api.get(paths.namespaces(name=api.namespace))
    except Forbidden:
        return  # an ordinary account may not look; what it may do there, the rights tell
    except NotFound:
        yield Finding(
            check="namespace",
            outcome="critical",
            finding=f"There is no namespace {api.namespace!r}.",
            remedy="Create it, or name another one in the context or in clusters.yaml.",
            command=f"kubectl create namespace {api.namespace}",
        )
        return
    ending = (body.get("status") or {}).get("phase") == "Terminating"
    yield Finding(
        check="namespace",
        outcome="critical" if ending else "ok",
        finding=f"The namespace {api.namespace!r} is being deleted."
        if ending
        else f"Jobs are made in the namespace {api.namespace!r}.",
        remedy="Name another one." if ending else "",
    )


def _groups(api: Api) -> dict[str, list[str]]:
    return {
        one["name"]: [version["version"] for version in one.get("versions") or ()]
        for one in api.get(paths.GROUPS).get("groups") or ()
    }


def _part(name: str, groups: Mapping[str, Sequence[str]]) -> Finding:
    group, version, manifest = _PARTS[name]
    served = list(groups.get(group, ()))
    evidence = {"group": group, "served": served, "needed": version}
    if version in served:
        return Finding(
            check="versions",
            outcome="ok",
            finding=f"{name} is there and speaks {version}.",
            evidence=evidence,
        )
    said = (
        f"{name} is there but speaks only {', '.join(served)}; {version} is needed."
        if served
        else f"{name} is not installed on this cluster."
    )
    return Finding(
        check="versions",
        outcome="critical",
        finding=said,
        remedy=f"Ask an administrator to install a newer {name}."
        if served
        else f"Ask an administrator to install {name}.",
        command=f"kubectl apply --server-side -f {manifest}",
        evidence=evidence,
    )


def _stock(api: Api, config: ClusterConfig) -> Iterator[Finding]:
    quotas = Quotas(
        local_queues=seen(api, paths.local_queues, slim.whole),
        cluster_queues=seen(api, paths.cluster_queues, slim.whole),
        flavors=seen(api, paths.flavors, slim.whole),
        topologies=seen(api, paths.topologies, slim.whole),
    )
    if quotas.local_queues is not None:
        yield from coverage.queue_findings(quotas, api.namespace, config.queues)
    nodes = seen(api, paths.nodes, slim.node)
    if nodes is None:
        yield Finding(
            check="nodes",
            outcome="unknown",
            finding="This account may not see nodes; what is free is told by queues alone.",
            remedy="Jobs run all the same. The rights above say what to ask for.",
        )
    else:
        yield from coverage.accelerator_findings(nodes, quotas)


def _admission(api: Api, config: ClusterConfig) -> Iterator[Finding]:
    """Let the cluster judge a small job without keeping it: webhooks, policies and quotas speak."""
    try:
        api.create(paths.jobsets(api.namespace), _small_job(config), dry_run=True)
    except Forbidden as exc:
        if "may not create" not in exc.message:  # what the rights have not said already
            yield _failed("admission", exc)
    except OgaiError as exc:
        yield _failed("admission", exc)
    else:
        yield Finding(
            check="admission",
            outcome="ok",
            finding="The cluster would take a small job: its webhooks answer.",
        )


def _small_job(config: ClusterConfig) -> dict[str, Any]:
    container = {"name": "check", "image": config.image or "python:3", "command": ["true"]}
    pod = {"restartPolicy": "Never", "containers": [container]}
    job = {"parallelism": 1, "completions": 1, "backoffLimit": 0, "template": {"spec": pod}}
    return {
        "apiVersion": paths.jobsets.api_version,
        "kind": paths.jobsets.kind,
        "metadata": {"name": "ogai-doctor"},
        "spec": {
            "suspend": True,
            "replicatedJobs": [{"name": "node", "replicas": 1, "template": {"spec": job}}],
        },
    }


def _storage(api: Api) -> Iterator[Finding]:
    classes = seen(api, paths.storage_classes, slim.whole)
    if classes is None:
        return
    names = [one.name for one in classes]
    default = [one.name for one in classes if is_default(one)]
    yield Finding(
        check="storage",
        outcome="ok" if names else "warn",
        finding=f"Kinds of storage: {', '.join(names)}."
        if names
        else "No kind of storage is there.",
        remedy="" if names else "Jobs keep their outputs only on volumes that exist already.",
        evidence={"default": default},
    )


def seen(api: Api, resource: Resource, slimmed: Callable[[Mapping[str, Any]], T]) -> list[T] | None:
    """Return the objects of a kind as far as the account may see them, None where it may not."""
    try:
        path = resource(api.namespace if resource.namespaced else None)
        return [slimmed(body) for page in api.pages(path) for body in page["items"]]
    except (Forbidden, NotFound):
        return None


def _failed(check: str, exc: OgaiError) -> Finding:
    return Finding(
        check=check,
        outcome="critical",
        finding=exc.message,
        remedy=exc.action or exc.cause,
        evidence={"cause": exc.cause, "kind": exc.code},
    )
