"""Raw HTTP to an API server: paths and JSON in, JSON out, nothing of ours in between."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import yaml

Object = dict[str, Any]
T = TypeVar("T")

_PATCHES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}
_PLURALS = {
    "ClusterLogs": "clusterlogs",
    "ClusterQueue": "clusterqueues",
    "LocalQueue": "localqueues",
    "PriorityClass": "priorityclasses",
    "StorageClass": "storageclasses",
    "Topology": "topologies",
    "WorkloadPriorityClass": "workloadpriorityclasses",
}


class RefusedError(Exception):
    """The API server answered with an error; `status` is its code, `reason` its own word."""

    def __init__(self, method: str, path: str, response: httpx.Response) -> None:
        self.status = response.status_code
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        self.reason = str(answer.get("reason", ""))
        said = answer.get("message", response.text[:1000])
        super().__init__(f"{method} {path}: {self.status} {said}")


class Client:
    """One API server, reached with one user's credentials."""

    def __init__(
        self,
        url: str,
        authority: Path | None,
        *,
        token: str | None = None,
        certificate: tuple[str, str] | None = None,
    ) -> None:
        context = ssl.create_default_context(cafile=authority)
        if certificate:
            context.load_cert_chain(*certificate)
        # Compressing costs the server more than a loopback saves.
        headers = {"Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(
            base_url=url, verify=context, headers=headers, trust_env=False, timeout=30
        )

    @classmethod
    def of(cls, kubeconfig: Path) -> Self:
        """Return a client of the current context of a kubeconfig that names files."""
        config = yaml.safe_load(kubeconfig.read_text())
        entry = _named(config["contexts"], config["current-context"])["context"]
        cluster = _named(config["clusters"], entry["cluster"])["cluster"]
        user = _named(config["users"], entry["user"])["user"]
        authority = cluster.get("certificate-authority")
        pair = (user["client-certificate"], user["client-key"]) if "client-key" in user else None
        return cls(
            cluster["server"],
            Path(authority) if authority else None,
            token=user.get("token"),
            certificate=pair,
        )

    def get(self, path: str, **query: str | int) -> Object:
        """Return the object or list at `path`."""
        return self._json("GET", path, params=query)

    def items(self, path: str, **query: str | int) -> list[Object]:
        """Return the items of the list at `path`."""
        found: list[Object] = self.get(path, **query)["items"]
        return found

    def text(self, path: str, **query: str | int) -> str:
        """Return what is at `path` as it is, a pod's log for example."""
        return self._send("GET", path, params=query).text

    def create(self, thing: Object, namespace: str | None = None) -> Object:
        """Create an object at the path that its kind and namespace say."""
        return self._json("POST", collection(thing, namespace), json=thing)

    def patch(self, path: str, body: Any, kind: str = "merge", **query: str | int) -> Object:
        """Patch the object at `path`; `kind` is merge, json or apply."""
        headers = {"Content-Type": _PATCHES[kind]}
        content = json.dumps(body)
        return self._json("PATCH", path, params=query, content=content, headers=headers)

    def delete(self, path: str, **query: str | int) -> None:
        """Delete what is at `path`; what is gone already is no error."""
        try:
            self._send("DELETE", path, params=query)
        except RefusedError as refused:
            if refused.status != httpx.codes.NOT_FOUND:
                raise

    def exists(self, path: str) -> bool:
        """Tell whether there is something at `path`."""
        try:
            self._send("GET", path)
        except RefusedError as refused:
            if refused.status != httpx.codes.NOT_FOUND:
                raise
            return False
        return True

    def close(self) -> None:
        """Close the connections; idempotent."""
        self._http.close()

    def _json(self, method: str, path: str, **options: Any) -> Object:
        answer: Object = self._send(method, path, **options).json()
        return answer

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._http.request(method, path, **options)
        if response.is_error:
            raise RefusedError(method, path, response)
        return response


def collection(thing: Object, namespace: str | None = None) -> str:
    """Return the path at which objects of `thing`'s kind are created."""
    version, kind = thing["apiVersion"], thing["kind"]
    base = f"/apis/{version}" if "/" in version else f"/api/{version}"
    namespace = thing["metadata"].get("namespace") or namespace
    plural = _PLURALS.get(kind, kind.lower() + "s")
    return f"{base}/namespaces/{namespace}/{plural}" if namespace else f"{base}/{plural}"


def condition(thing: Object, kind: str) -> Object:
    """Return the condition `kind` of an object's status; empty when it has none."""
    # A definition that nobody has looked at yet has null for its conditions.
    conditions = thing.get("status", {}).get("conditions") or []
    return next((entry for entry in conditions if entry["type"] == kind), {})


def holds(thing: Object, kind: str) -> bool:
    """Tell whether the condition `kind` of an object is true."""
    return condition(thing, kind).get("status") == "True"


def until(what: str, check: Callable[[], T], seconds: float = 60, every: float = 0.05) -> T:
    """Wait until `check` gives something true and return it.

    Raises
    ------
    TimeoutError
        It did not within `seconds`; says `what` and what `check` gave last.
    """
    deadline = time.monotonic() + seconds
    while True:
        last: object
        try:
            last = found = check()
            if found:
                return found
        except (RefusedError, httpx.TransportError) as error:
            last = error
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for: {what}; last: {last!r:.2000}")
        time.sleep(every)


def _named(entries: list[Object], name: str) -> Object:
    return next(entry for entry in entries if entry["name"] == name)
