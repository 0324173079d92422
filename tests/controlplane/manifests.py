"""What is installed into an empty API server, from the manifests that the projects publish.

They are written for managers that run as pods. Here managers are processes beside the API server:
webhooks are reached by address instead of by service, and their accounts are users with tokens.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from tests.controlplane.client import Object

KUEUE = "system:serviceaccount:kueue-system:kueue-controller-manager"
JOBSET = "system:serviceaccount:jobset-system:jobset-controller-manager"
KWOK = "system:serviceaccount:kube-system:kwok-controller"

_RBAC = "rbac.authorization.k8s.io"
_HOOKS = {"clusterqueue", "cohort", "job", "jobset", "resourceflavor", "workload"}
_CONVERTED = {"clusterqueues", "cohorts", "localqueues", "multikueueclusters", "workloads"}
_VISIBILITY = "visibility.kueue.x-k8s.io"


def read(*files: Path) -> list[Object]:
    """Return all documents of YAML files."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        document
        for file in files
        for document in yaml.load_all(file.read_text(), Loader=loader)
        if document
    ]


def definitions(folder: Path) -> list[Object]:
    """Return the custom resource definitions below ``crd/bases``."""
    return read(*sorted((folder / "crd" / "bases").glob("*.yaml")))


def converted(crds: Iterable[Object], port: int, authority: bytes) -> list[Object]:
    """Return Kueue's definitions with the conversion webhook where one is called for."""
    address = f"https://127.0.0.1:{port}/convert"
    conversion = {
        "strategy": "Webhook",
        "webhook": {
            "conversionReviewVersions": ["v1"],
            "clientConfig": {"url": address, "caBundle": _text(authority)},
        },
    }
    crds = list(crds)
    for crd in crds:
        if crd["spec"]["names"]["plural"] in _CONVERTED:
            crd["spec"]["conversion"] = conversion
    return crds


def kueue_hooks(folder: Path, port: int, authority: bytes) -> list[Object]:
    """Return Kueue's webhooks, without those for integrations that are off."""
    hooks = _hooks("kueue", folder, port, authority)
    for configuration in hooks:
        configuration["webhooks"] = [
            hook for hook in configuration["webhooks"] if hook["name"][1:].split(".")[0] in _HOOKS
        ]
    return hooks


def jobset_hooks(folder: Path, port: int, authority: bytes) -> list[Object]:
    """Return JobSet's webhooks; those for pods look only at pods of a JobSet, as shipped."""
    hooks = _hooks("jobset", folder, port, authority)
    own = [{"key": "jobset.sigs.k8s.io/jobset-name", "operator": "Exists"}]
    for configuration in hooks:
        for hook in configuration["webhooks"]:
            if "pod" in hook["name"]:
                hook["objectSelector"] = {"matchExpressions": own}
    return hooks


def _hooks(project: str, folder: Path, port: int, authority: bytes) -> list[Object]:
    hooks = read(folder / "webhook" / "manifests.yaml")
    for configuration in hooks:
        configuration["metadata"]["name"] = f"{project}-{configuration['metadata']['name']}"
        for hook in configuration["webhooks"]:
            path = hook["clientConfig"].pop("service")["path"]
            address = f"https://127.0.0.1:{port}{path}"
            hook["clientConfig"] = {"url": address, "caBundle": _text(authority)}
    return hooks


def rights(project: str, folder: Path, user: str) -> Iterator[Object]:
    """Yield the roles of a project's manager, bound to `user`."""
    found = read(
        *(
            file
            for name in ("role.yaml", "manager_secrets_role.yaml")
            if (file := folder / "rbac" / name).exists()
        )
    )
    for role in found:
        kind, name = role["kind"], f"{project}-{role['metadata']['name']}"
        namespace = f"{project}-system" if kind == "Role" else None
        role["metadata"] = _metadata(name, namespace)
        yield role
        yield bound(name, kind, name, user, namespace)


def bound(name: str, kind: str, role: str, user: str, namespace: str | None = None) -> Object:
    """Return a binding of a role to `user`, in one namespace or everywhere."""
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": _metadata(name, namespace),
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": "User", "name": user}],
    }


def namespace(name: str) -> Object:
    """Return a namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def visibility_rights() -> Iterator[Object]:
    """Yield what Kueue needs to tell who asks for its list of pending workloads."""
    yield bound("kueue-delegator", "ClusterRole", "system:auth-delegator", KUEUE)
    reader = "extension-apiserver-authentication-reader"
    yield bound("kueue-reader", "Role", reader, KUEUE, "kube-system")


def visibility(port: int, authority: bytes) -> Iterator[Object]:
    """Yield what makes that list a part of the API, to be created when Kueue serves it."""
    service = {"name": "visibility-server", "namespace": "kueue-system"}
    # The aggregator looks this name up, and so comes to the process beside it.
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": service,
        "spec": {"type": "ExternalName", "externalName": "localhost"},
    }
    for version in ("v1beta1", "v1beta2"):
        yield {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": f"{version}.{_VISIBILITY}"},
            "spec": {
                "group": _VISIBILITY,
                "version": version,
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "caBundle": _text(authority),
                "service": {**service, "port": port},
            },
        }


def stages(folder: Path) -> list[Object]:
    """Return how kwok's nodes and pods behave.

    Pods run until they are deleted, unless their annotation ``sim/duration`` says how long
    (``2s``), after which they succeed.
    """
    stage = folder / "stage"
    found = read(
        stage / "node/fast/node-initialize.yaml",
        stage / "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
        stage / "pod/fast/pod-ready.yaml",
        stage / "pod/fast/pod-delete.yaml",
    )
    (complete,) = read(stage / "pod/fast/pod-complete.yaml")
    duration = '.metadata.annotations["sim/duration"]'
    chosen = {"key": duration, "operator": "Exists"}
    complete["spec"]["selector"]["matchExpressions"].append(chosen)
    complete["spec"]["delay"] = {
        "durationMilliseconds": 1000,
        "durationFrom": {"expressionFrom": duration},
    }
    return [*found, complete]


def _metadata(name: str, namespace: str | None) -> Object:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
