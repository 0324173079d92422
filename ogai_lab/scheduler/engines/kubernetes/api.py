"""A cluster's API: raw JSON in and out, every foreign error translated.

Configuration, authentication and transport are the official client's; its models, which cost
milliseconds an object, are not used. Safe to use from many threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

from ogai_lab.core.errors import OgaiError, Unauthenticated, Unavailable, require
from ogai_lab.core.release import version
from ogai_lab.scheduler.engines.kubernetes import refusals
from ogai_lab.scheduler.engines.kubernetes.streams import Stream, Watch

if TYPE_CHECKING:
    from kubernetes.client import Configuration

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
PatchKind = Literal["merge", "apply", "json"]
Propagation = Literal["foreground", "background", "orphan"]

_CONNECT_SECONDS = 5.0
_CALL_SECONDS = 30.0
_POOL = 256  # connections kept: logs of many pods are read at once
_TRIES = 4
_LONGEST_WAIT = 5.0
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
        self._configure = configure
        self._lock = threading.Lock()
        self._opened: tuple[Configuration, Any] | None = None

    @property
    def host(self) -> str:
        """The server's host and port, as errors name it."""
        return _host(self._open()[0])

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return an object.

        Raises
        ------
        OgaiError
            This and every other method: what the API server, a proxy or the network said, as
            `refusals` has it.
        """
        return self._call("GET", path, query)

    def list_(self, path: str, **query: Any) -> dict[str, Any]:
        """Return one list as it is answered: ``metadata`` and ``items``."""
        return self._call("GET", path, query)

    def pages(self, path: str, *, limit: int = _PAGE, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield a list in parts of `limit` objects; all parts show one moment of the cluster."""
        following: str | None = None
        while True:
            page = self._call("GET", path, {**query, "limit": limit, "continue": following})
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
        return self._call("POST", path, _writing(dry_run), body)

    def replace(
        self, path: str, body: Mapping[str, Any], *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Replace an object; a body with a `resourceVersion` only if it is still that one."""
        return self._call("PUT", path, _writing(dry_run), body)

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
        return self._call("PATCH", path, query, body, content_type=_PATCHES[kind])

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
        return self._call("DELETE", path, {}, options)

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
        stream = self.stream(path, silence=timeout + _CALL_SECONDS, **asked)

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
        response = self._send("GET", path, query, None, "", read=silence, accept="*/*")
        host = self.host
        return Stream(response, lambda exc: refusals.no_answer(host, exc))

    def close(self) -> None:
        """Close the connections; the next call opens new ones. Idempotent."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened[1].clear()

    def _call(
        self,
        method: Method,
        path: str,
        query: Mapping[str, Any],
        body: Any = None,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        import orjson

        response = self._send(method, path, query, body, content_type, read=_CALL_SECONDS)
        try:
            data = response.read()
        except _failures() as exc:
            raise refusals.no_answer(self.host, exc) from exc
        finally:
            response.release_conn()
        try:
            answer: dict[str, Any] = orjson.loads(data)
        except orjson.JSONDecodeError as exc:
            raise self._no_api(response) from exc
        return answer

    def _send(
        self,
        method: Method,
        path: str,
        query: Mapping[str, Any],
        body: Any,
        content_type: str,
        *,
        read: float | None,
        accept: str = "application/json",
    ) -> Any:
        """Return the response of a request that succeeded, its body unread."""
        renewed = False
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(method, path, query, body, content_type, read, accept)
            except Unauthenticated:
                if renewed or not self._renewed():
                    raise
                renewed = True
            except refusals.Throttled as exc:
                if attempt == _TRIES or not (method == "GET" or exc.status == 429):
                    raise
                time.sleep(min(exc.wait, _LONGEST_WAIT))
            except _Broken as exc:
                if attempt > 1 or method != "GET":
                    raise exc.error from exc.__cause__
        raise AssertionError("the last try returns or raises")

    def _once(
        self,
        method: Method,
        path: str,
        query: Mapping[str, Any],
        body: Any,
        content_type: str,
        read: float | None,
        accept: str,
    ) -> Any:
        import orjson
        import urllib3

        configuration, pool = self._open()
        headers = {"Accept": accept, "User-Agent": f"ogai-lab/{version()}"}
        credential = configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if credential:
            headers["Authorization"] = credential
        if body is not None:
            headers["Content-Type"] = content_type
        url = configuration.host.rstrip("/") + path
        asked = {key: value for key, value in query.items() if value is not None}
        try:
            response = pool.request(
                method,
                f"{url}?{urlencode(asked)}" if asked else url,
                body=None if body is None else orjson.dumps(body),
                headers=headers,
                timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=read),
                preload_content=False,
                retries=False,
            )
        except urllib3.exceptions.ProtocolError as exc:
            raise _Broken(refusals.no_answer(_host(configuration), exc)) from exc
        except _failures() as exc:
            raise refusals.no_answer(_host(configuration), exc) from exc
        if response.status >= 300:
            raise self._refusal(response, refusals.verb(method, path, query), path)
        if accept == "application/json" and not _is_json(response):
            raise self._no_api(response)
        return response

    def _refusal(self, response: Any, doing: str, path: str) -> OgaiError:
        import orjson

        try:
            data = response.read()
        except _failures() as exc:
            return refusals.no_answer(self.host, exc)
        finally:
            response.release_conn()
        if not _is_json(response) and response.status != 401:
            return self._no_api(response, data)
        try:
            status = orjson.loads(data) if data else {}
        except orjson.JSONDecodeError:
            return self._no_api(response)
        return refusals.refusal(
            self.host, doing, path, response.status, status, _wait(response.headers)
        )

    def _no_api(self, response: Any, data: bytes = b"") -> OgaiError:
        content_type = response.headers.get("Content-Type", "").partition(";")[0]
        status = response.status
        if content_type == "text/plain" and status == 429:
            return refusals.throttled(self.host, data.decode(errors="replace"), 1.0)
        return refusals.no_api(
            self.host, status, content_type, response.headers.get("Location", "")
        )

    def _open(self) -> tuple[Configuration, Any]:
        with self._lock:
            if self._opened is None:
                configuration = self._configure()
                self._opened = (configuration, _pool(configuration))
            return self._opened

    def _renewed(self) -> bool:
        """Read the credential again; return whether it is another one now."""
        with self._lock:
            before = self._opened
            fresh = self._configure()
            if before is not None and _credential(before[0]) == _credential(fresh):
                return False
            self._opened = (fresh, _pool(fresh))
            return True


class _Broken(Exception):  # noqa: N818 - it carries the error that callers see
    """The connection broke off; an idle one may have been closed by the server meanwhile."""

    def __init__(self, error: OgaiError) -> None:
        super().__init__(str(error))
        self.error = error


def _failures() -> tuple[type[Exception], ...]:
    from urllib3.exceptions import HTTPError

    return (HTTPError, OSError)


def _pool(configuration: Configuration) -> Any:
    """Return urllib3's connections, made by the official client: certificates, proxy, keepalive."""
    rest = require("kubernetes.client.rest", "kubernetes")
    from kubernetes.utils.keepalive import tcp_keepalive_socket_options

    configuration.connection_pool_maxsize = _POOL
    configuration.socket_options = tcp_keepalive_socket_options(idle=20, interval=5, count=3)
    try:
        return rest.RESTClientObject(configuration).pool_manager
    except (OSError, ValueError) as exc:
        raise Unavailable(
            f"The certificates for {_host(configuration)} cannot be read.",
            cause=type(exc).__name__,
            action="Check certificate-authority, client-certificate and client-key.",
        ) from exc


def _credential(configuration: Configuration) -> tuple[Any, ...]:
    files = (configuration.cert_file, configuration.key_file, configuration.ssl_ca_cert)
    return (configuration.host, configuration.api_key.get("BearerToken"), *files)


def _host(configuration: Configuration) -> str:
    return urlsplit(configuration.host).netloc.rpartition("@")[2] or configuration.host


def _is_json(response: Any) -> bool:
    return "json" in response.headers.get("Content-Type", "")


def _wait(headers: Mapping[str, str]) -> float:
    given = headers.get("Retry-After", "")
    return float(given) if given.isdigit() else 1.0


def _writing(dry_run: bool) -> dict[str, Any]:
    return {"fieldManager": FIELD_MANAGER} | ({"dryRun": "All"} if dry_run else {})
