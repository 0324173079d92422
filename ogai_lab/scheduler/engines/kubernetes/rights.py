"""Rights: what this account needs on a cluster, whether it has it, and the rule that grants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ogai_lab.scheduler.clusters.types import Finding
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.paths import Resource
from ogai_lab.scheduler.engines.kubernetes.refusals import place

_AT_ONCE = 8


@dataclass(frozen=True)
class Right:
    """Verbs on a kind of objects, and what they are needed for.

    Parameters
    ----------
    needed
        Whether no job runs without them.
    use
        What cannot be done without them.
    """

    resource: Resource
    verbs: tuple[str, ...]
    use: str
    needed: bool = True
    part: str = ""

    @property
    def name(self) -> str:
        """The resource as rules name it."""
        return f"{self.resource.plural}/{self.part}" if self.part else self.resource.plural


_SEE = ("get", "list", "watch")
_VISIBLE = Resource("visibility.kueue.x-k8s.io", "v1beta2", "localqueues", "LocalQueue")

RIGHTS = (
    Right(paths.jobsets, (*_SEE, "create", "patch", "delete"), "Jobs are JobSets."),
    Right(paths.workloads, _SEE, "Why a job waits stands in its workload."),
    Right(paths.local_queues, _SEE, "Jobs are submitted to local queues."),
    Right(paths.pods, _SEE, "What became of a job stands in its pods."),
    Right(paths.pods, ("get",), "Output of ranks is read from their logs.", part="log"),
    Right(
        paths.configmaps,
        ("get", "create", "delete"),
        "Small code snapshots travel as config maps.",
    ),
    Right(paths.events, ("list",), "Failed mounts and pulls are told in events.", needed=False),
    Right(paths.claims, _SEE, "Volumes are offered by name.", needed=False),
    Right(
        _VISIBLE,
        ("get",),
        "The place of a job in its queue is shown.",
        needed=False,
        part="pendingworkloads",
    ),
    Right(paths.nodes, _SEE, "Nodes and what is free on them are shown.", needed=False),
    Right(paths.cluster_queues, _SEE, "Quotas and what is left are shown.", needed=False),
    Right(paths.flavors, _SEE, "Kinds of nodes and their topology are shown.", needed=False),
    Right(paths.topologies, _SEE, "Racks and blocks are shown.", needed=False),
    Right(paths.storage_classes, ("list",), "Kinds of storage are shown.", needed=False),
)


def review(api: Api, rights: Sequence[Right] = RIGHTS) -> dict[Right, tuple[str, ...]]:
    """Ask the cluster about every verb; return the verbs that are missing, by right.

    Raises
    ------
    OgaiError
        When the cluster does not answer.
    """
    asked = [(right, verb) for right in rights for verb in right.verbs]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ogai-rights") as pool:
        answers = list(pool.map(lambda one: allowed(api, *one), asked))
    return {
        right: tuple(
            verb for (of, verb), has in zip(asked, answers, strict=True) if of is right and not has
        )
        for right in rights
    }


def allowed(api: Api, right: Right, verb: str, namespace: str | None = None) -> bool:
    """Return whether this account may do something (a SelfSubjectAccessReview).

    Parameters
    ----------
    namespace
        Where; the context's when left out.
    """
    attributes = {
        "verb": verb,
        "group": right.resource.group,
        "resource": right.resource.plural,
        "subresource": right.part,
        "namespace": (namespace or api.namespace) if right.resource.namespaced else "",
    }
    body = {
        "apiVersion": paths.access_reviews.api_version,
        "kind": paths.access_reviews.kind,
        "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
    }
    answer = api.create(paths.access_reviews(), body)
    return bool((answer.get("status") or {}).get("allowed"))


def findings(missing: Mapping[Right, tuple[str, ...]], namespace: str, user: str) -> list[Finding]:
    """Return what was found about rights: one finding a kind of which some are missing."""
    found = [_finding(right, verbs, namespace, user) for right, verbs in missing.items() if verbs]
    if any(one.outcome == "critical" for one in found):
        return found
    said = f"This account has every right in namespace {namespace!r} that jobs need."
    return [Finding(check="rights", outcome="ok", finding=said), *found]


def _finding(right: Right, verbs: tuple[str, ...], namespace: str, user: str) -> Finding:
    where = place(namespace if right.resource.namespaced else None)
    listed = ", ".join(verbs)
    role = "Role" if right.resource.namespaced else "ClusterRole"
    return Finding(
        check="rights",
        outcome="critical" if right.needed else "warn",
        finding=f"This account may not {listed} {right.name} {where}. {right.use}",
        remedy=f"Ask an administrator to apply this {role} and its binding.",
        command=rule(right, verbs, namespace, user),
        evidence={
            "group": right.resource.group,
            "resource": right.name,
            "verbs": list(verbs),
            "namespace": namespace if right.resource.namespaced else None,
        },
    )


def rule(right: Right, verbs: Sequence[str], namespace: str, user: str) -> str:
    """Return the YAML that grants verbs to a user."""
    import yaml

    scope = "" if right.resource.namespaced else "Cluster"
    name = f"ogai-{right.resource.plural}" + (f"-{right.part}" if right.part else "")
    meta: dict[str, Any] = {"name": name} | ({} if scope else {"namespace": namespace})
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": f"{scope}Role",
        "metadata": meta,
        "rules": [
            {
                "apiGroups": [right.resource.group],
                "resources": [right.name],
                "verbs": list(verbs),
            }
        ],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": f"{scope}RoleBinding",
        "metadata": meta,
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": f"{scope}Role",
            "name": name,
        },
        "subjects": [_subject(user)],
    }
    return str(yaml.safe_dump_all([role, binding], sort_keys=False))


def _subject(user: str) -> dict[str, str]:
    kind, _, rest = user.partition("system:serviceaccount:")
    if not kind and ":" in rest:
        namespace, _, name = rest.partition(":")
        return {"kind": "ServiceAccount", "namespace": namespace, "name": name}
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}
