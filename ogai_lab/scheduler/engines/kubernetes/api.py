"""A cluster's API: raw JSON in and out, every foreign error translated.

Configuration, authentication and transport are the official client's; its models, which cost
milliseconds an object, are not used. Safe to use from many threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from ogai_lab.core.errors import OgaiError
from ogai_lab.scheduler.engines.kubernetes import refusals
from ogai_lab.scheduler.engines.kubernetes.streams import Stream, Watch
from ogai_lab.scheduler.engines.kubernetes.transport import CALL_SECONDS, Transport

if TYPE_CHECKING:
    from kubernetes.client import Configuration

PatchKind = Literal["merge", "apply", "json"]
Propagation = Literal["foreground", "background", "orphan"]

_PAGE = 500
_PATCHES = {
    "merge": "application/merge-patch+json",
    "apply": "application/apply-patch+yaml",
    "json": "application/json-patch+json",
}
FIELD_MANAGER = "ogai-lab"


class Api:
    """The API of one cluster.

    Parameters
    ----------
    configure
        Reads address and credential; called at first use, and again when the server no longer
        accepts the credential, for somebody may have renewed it.
    namespace
        Where objects are made unless a path says otherwise.
    """

    def __init__(self, configure: Callable[[], Configuration], *, namespace: str) -> None:
        self.namespace = namespace
        self._transport = Transport(configure)

    @property
    def host(self) -> str:
        """The server's host and port, as errors name it."""
        return self._transport.host

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return an object.

        Raises
        ------
        OgaiError
            This and every other method: what the API server, a proxy or the network said, as
            `refusals` has it.
        """
        return self._transport.json("GET", path, query)

    def list_(self, path: str, **query: Any) -> dict[str, Any]:
        """Return one list as it is answered: ``metadata`` and ``items``."""
        return self._transport.json("GET", path, query)

    def pages(self, path: str, *, limit: int = _PAGE, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield a list in parts of `limit` objects; all parts show one moment of the cluster."""
        following: str | None = None
        while True:
            page = self._transport.json(
                "GET", path, {**query, "limit": limit, "continue": following}
            )
            yield page
            following = page["metadata"].get("continue")
            if not following:
                return

    def create(
        self, path: str, body: Mapping[str, Any], *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Create an object and return it as the cluster keeps it.

        Raises
        ------
        AlreadyThere
            When there is one of this name.
        """
        return self._transport.json("POST", path, _writing(dry_run), body)

    def replace(
        self, path: str, body: Mapping[str, Any], *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Replace an object; a body with a `resourceVersion` only if it is still that one."""
        return self._transport.json("PUT", path, _writing(dry_run), body)

    def patch(
        self,
        path: str,
        body: Mapping[str, Any] | list[dict[str, Any]],
        kind: PatchKind = "merge",
        *,
        force: bool = False,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Change a part of an object; `force` takes over fields that others applied."""
        query = _writing(dry_run) | ({"force": "true"} if force else {})
        return self._transport.json("PATCH", path, query, body, content_type=_PATCHES[kind])

    def delete(
        self,
        path: str,
        *,
        propagation: Propagation = "background",
        uid: str | None = None,
        grace: int | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Delete an object; only the one with this `uid`, where one is given.

        Raises
        ------
        NotFound, Conflict
            When it is not there, or is another one than `uid`.
        """
        options: dict[str, Any] = {"propagationPolicy": propagation.capitalize()}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        if grace is not None:
            options["gracePeriodSeconds"] = grace
        if dry_run:
            options["dryRun"] = ["All"]
        return self._transport.json("DELETE", path, {}, options)

    def watch(
        self, path: str, resource_version: str, timeout: float = 300.0, **query: Any
    ) -> Watch:
        """Follow the changes of a list from a version on, for `timeout` s at most.

        Raises
        ------
        Gone
            Here or while it is read: the version is too old; list again.
        """
        asked = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": int(timeout),
            **query,
        }
        stream = self.stream(path, silence=timeout + CALL_SECONDS, **asked)

        def refuse(status: dict[str, Any]) -> OgaiError:
            return refusals.refusal(
                self.host, "watch", path, int(status.get("code") or 500), status
            )

        return Watch(stream, refuse)

    def stream(self, path: str, *, silence: float | None = None, **query: Any) -> Stream:
        """Open an answer that goes on, such as a pod's log, and return its bytes as they come.

        Parameters
        ----------
        silence
            Seconds without a byte after which the connection counts as broken; None waits for
            ever, and TCP's own keepalive finds a peer that is gone.
        """
        response = self._transport.send("GET", path, query, read=silence, accept="*/*")
        host = self.host
        return Stream(response, lambda exc: refusals.no_answer(host, exc))

    def close(self) -> None:
        """Close the connections; the next call opens new ones. Idempotent."""
        self._transport.close()


def _writing(dry_run: bool) -> dict[str, Any]:
    return {"fieldManager": FIELD_MANAGER} | ({"dryRun": "All"} if dry_run else {})
