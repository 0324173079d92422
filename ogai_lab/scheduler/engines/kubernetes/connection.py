"""Which clusters are known, and how to reach each: kubeconfig contexts and the pod's account.

Credentials stay in the `Api`: nothing here is logged, answered or written in an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import InvalidInput, NotFound, require
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig, read

if TYPE_CHECKING:
    from kubernetes.client import Configuration

__all__ = ["FILE_NAME", "ClusterConfig", "Context", "Contexts"]

FILE_NAME = "clusters.yaml"
IN_CLUSTER = "in-cluster"
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Context:
    """A context of a kubeconfig, without what is secret of it."""

    name: str
    server: str
    namespace: str | None
    current: bool


class Contexts:
    """The clusters that are known, read anew at every call: files change while we run.

    Parameters
    ----------
    home
        The home folder, where `clusters.yaml` may lie.
    environment
        Where ``KUBECONFIG`` and the marks of a pod are looked up.
    """

    def __init__(self, home: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._file = home / FILE_NAME
        self._environment = environment

    @property
    def kubeconfig(self) -> str:
        """The paths of the kubeconfig, as ``$KUBECONFIG`` has them."""
        return self._environment.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())

    def contexts(self, kubeconfig: str | None = None) -> dict[str, Context]:
        """Return the contexts of a kubeconfig by their names; none where there is no file.

        Raises
        ------
        InvalidInput
            When a file of it is not understood.
        """
        return _contexts(kubeconfig or self.kubeconfig)

    def configs(self) -> list[ClusterConfig]:
        """Return every known cluster: of `clusters.yaml`, then other contexts, then the pod's.

        Raises
        ------
        InvalidInput
            When a file is not understood; the message names the line and the field.
        """
        written = read(self._file)
        taken = {one.context or name for name, one in written.items()}
        found = [*written.values()]
        found += [ClusterConfig(name=name) for name in self.contexts() if name not in taken]
        inside = any(one.in_cluster for one in found)
        if self._in_pod and not inside and IN_CLUSTER not in written:
            found.append(ClusterConfig(name=IN_CLUSTER, in_cluster=True))
        return found

    def written(self) -> set[str]:
        """Return the names of the clusters that `clusters.yaml` describes.

        Raises
        ------
        InvalidInput
            When the file is not understood.
        """
        return set(read(self._file))

    def config(self, name: str) -> ClusterConfig:
        """Return the cluster of a name, which may also be the name of a context.

        Raises
        ------
        NotFound
            When there is none.
        """
        known = self.configs()
        for one in known:
            if name in (one.name, one.context):
                return one
        raise _unknown(name, [one.name for one in known])

    def connect(self, name: str) -> Api:
        """Return the API of a cluster. Nothing is asked of the cluster yet.

        Raises
        ------
        NotFound
            When there is no such cluster, or its context is in no kubeconfig.
        """
        config = self.config(name)
        return Api(self._configured(config), namespace=self.namespace(config))

    def namespace(self, config: ClusterConfig) -> str:
        """Return the namespace in which jobs of a cluster are made."""
        if config.namespace:
            return config.namespace
        if config.in_cluster:
            file = _ACCOUNT / "namespace"
            return file.read_text().strip() if file.is_file() else "default"
        return self._context(config).namespace or "default"

    @property
    def _in_pod(self) -> bool:
        return bool(self._environment.get("KUBERNETES_SERVICE_HOST")) and _ACCOUNT.is_dir()

    def _context(self, config: ClusterConfig) -> Context:
        contexts = self.contexts(config.kubeconfig)
        name = config.context or config.name
        if name not in contexts:
            raise _unknown(name, list(contexts))
        return contexts[name]

    def _configured(self, config: ClusterConfig) -> Callable[[], Configuration]:
        if config.in_cluster:
            return _account
        context = self._context(config).name
        files = config.kubeconfig or self.kubeconfig
        return lambda: _from_kubeconfig(files, context)


def _from_kubeconfig(files: str, context: str) -> Configuration:
    loading = require("kubernetes.config", "kubernetes")
    from kubernetes.client import Configuration

    configuration = Configuration()
    paths = [str(Path(path).expanduser()) for path in files.split(os.pathsep) if path]
    try:
        loading.load_kube_config(
            config_file=os.pathsep.join(paths),
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    except (loading.ConfigException, OSError, ValueError, TypeError, KeyError) as exc:
        raise InvalidInput(
            f"The context {context!r} of the kubeconfig cannot be used.",
            cause=type(exc).__name__,  # the text may quote what is secret
            action="Check its cluster and user: kubectl --context … get --raw /version",
            field="context",
        ) from None
    return configuration


def _account() -> Configuration:
    loading = require("kubernetes.config", "kubernetes")
    from kubernetes.client import Configuration

    configuration = Configuration()
    try:
        loading.load_incluster_config(client_configuration=configuration)
    except (loading.ConfigException, OSError) as exc:
        raise InvalidInput(
            "This process has no account in a cluster.",
            cause=str(exc),
            action="Give the pod a service account (automountServiceAccountToken), or a context.",
            field="in_cluster",
        ) from exc
    return configuration


def _contexts(files: str) -> dict[str, Context]:
    """Return the contexts of files in kubectl's order: what comes first counts."""
    servers: dict[str, str] = {}
    found: dict[str, dict[str, Any]] = {}
    current = ""
    for path in files.split(os.pathsep):
        content = _document(Path(path).expanduser()) if path else {}
        current = current or str(content.get("current-context") or "")
        for one in content.get("clusters") or ():
            servers.setdefault(one["name"], str((one.get("cluster") or {}).get("server") or ""))
        for one in content.get("contexts") or ():
            found.setdefault(one["name"], one.get("context") or {})
    return {
        name: Context(
            name=name,
            server=servers.get(str(fields.get("cluster")), ""),
            namespace=fields.get("namespace") or None,
            current=name == current,
        )
        for name, fields in found.items()
    }


def _document(path: Path) -> dict[str, Any]:
    yaml = require("yaml", "kubernetes")
    try:
        content = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise InvalidInput(
            f"The kubeconfig {path} cannot be read.",
            cause=type(exc).__name__,
            action="Check it with: kubectl config view",
            field="kubeconfig",
        ) from None
    if content is None:
        return {}
    if not _is_kubeconfig(content):
        raise InvalidInput(
            f"{path} is no kubeconfig.",
            action="Check it with: kubectl config view",
            field="kubeconfig",
        )
    return dict(content)


def _is_kubeconfig(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    named = [*(content.get("clusters") or ()), *(content.get("contexts") or ())]
    return all(isinstance(one, dict) and "name" in one for one in named)


def _unknown(name: str, known: list[str]) -> NotFound:
    listed = ", ".join(known[:20]) or "none"
    return NotFound(
        f"There is no cluster {name[:80]!r}.",
        action=f"Known are: {listed}. More come from $KUBECONFIG or {FILE_NAME}.",
        field="name",
    )
