"""Who may ask the API server, and the kubeconfig files that say so."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.controlplane import manifests
from tests.controlplane.pki import Identity

CONTEXT = "ogai-test"
MOST_NODES = 4


@dataclass(frozen=True)
class Account:
    """A user with a token, known to the API server from its start."""

    name: str
    user: str
    groups: tuple[str, ...] = ()


def accounts() -> Iterator[Account]:
    """Yield an administrator, each manager, and the kubelets that may join."""
    yield Account("admin", "admin", ("system:masters",))
    yield Account("manager", "system:kube-controller-manager")
    yield Account("scheduler", "system:kube-scheduler")
    for name, user in (
        ("kueue", manifests.KUEUE),
        ("jobset", manifests.JOBSET),
        ("kwok", manifests.KWOK),
    ):
        namespace = user.split(":")[2]
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
        yield Account(name, user, groups)
    for number in range(MOST_NODES):
        yield Account(f"kubelet{number}", f"system:node:real-{number}", ("system:nodes",))


def write_tokens(folder: Path, url: str, authority: Path) -> str:
    """Write the token file and a kubeconfig for each account; return the administrator's token."""
    lines, administrator = [], ""
    for account in accounts():
        token = secrets.token_hex(16)
        administrator = administrator or token
        groups = f',"{",".join(account.groups)}"' if account.groups else ""
        lines.append(f"{token},{account.user},{account.name}{groups}\n")
        file = folder / f"{account.name}.kubeconfig"
        write_kubeconfig(file, url, authority, token=token)
    (folder / "tokens.csv").write_text("".join(lines))
    return administrator


def write_kubeconfig(
    file: Path,
    url: str,
    authority: Path,
    *,
    token: str | None = None,
    identity: Identity | None = None,
    namespace: str | None = None,
) -> Path:
    """Write a kubeconfig with one context, `CONTEXT`, and return its path."""
    user: dict[str, str] = {}
    if token:
        user["token"] = token
    if identity:
        user["client-certificate"] = str(identity.certificate)
        user["client-key"] = str(identity.key)
    context = {"cluster": CONTEXT, "user": CONTEXT}
    if namespace:
        context["namespace"] = namespace
    cluster = {"server": url, "certificate-authority": str(authority)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CONTEXT,
        "clusters": [{"name": CONTEXT, "cluster": cluster}],
        "users": [{"name": CONTEXT, "user": user}],
        "contexts": [{"name": CONTEXT, "context": context}],
    }
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(config))
    return file
