"""What the tests of connecting and seeing share: a service on a kubeconfig, rights by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ogai_lab.core.home import Home
from ogai_lab.scheduler.clusters.service import Clusters
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.connection import Contexts
from tests.controlplane.client import Client

RBAC = "rbac.authorization.k8s.io"


def service(folder: Path, kubeconfig: Path, **fields: Any) -> Clusters:
    """Return the service on one cluster, called ``lab``."""
    return Clusters(Home.open(described(folder, kubeconfig, **fields)))


def connect(folder: Path, kubeconfig: Path, **fields: Any) -> Api:
    """Return the API of a kubeconfig's context."""
    return Contexts(described(folder, kubeconfig, **fields)).connect("lab")


def described(folder: Path, kubeconfig: Path, **fields: Any) -> Path:
    """Return a home folder whose one cluster is called ``lab``."""
    import json

    folder.mkdir(parents=True, exist_ok=True)
    lab = {"context": "ogai-test", "kubeconfig": str(kubeconfig), **fields}
    (folder / "clusters.yaml").write_text(json.dumps({"lab": lab}))  # JSON is YAML
    return folder


def grant(
    admin: Client, user: str, namespace: str, rules: list[tuple[str, str, list[str]]]
) -> None:
    """Let a user do things in a namespace: group, resource and verbs of each rule."""
    version, name = f"{RBAC}/v1", f"may-{user}"
    admin.create(
        {
            "apiVersion": version,
            "kind": "Role",
            "metadata": {"name": name, "namespace": namespace},
            "rules": [
                {"apiGroups": [group], "resources": [resource], "verbs": verbs}
                for group, resource, verbs in rules
            ],
        }
    )
    admin.create(
        {
            "apiVersion": version,
            "kind": "RoleBinding",
            "metadata": {"name": name, "namespace": namespace},
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
            "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
        }
    )
