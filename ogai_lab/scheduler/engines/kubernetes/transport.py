"""Requests to a cluster's API: address, credential, connections, tries; errors translated.

Configuration, authentication and connections are the official client's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

from ogai_lab.core.errors import OgaiError, Unauthenticated, Unavailable, require
from ogai_lab.core.release import version
from ogai_lab.scheduler.engines.kubernetes import refusals

if TYPE_CHECKING:
    from kubernetes.client import Configuration

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

CALL_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_POOL = 256  # connections kept: logs of many pods are read at once
_TRIES = 4
_LONGEST_WAIT = 5.0


class Transport:
    """Sends requests to one cluster; safe to use from many threads.

    Parameters
    ----------
    configure
        Reads address and credential; called at first use, and again when the server no longer
        accepts the credential, for somebody may have renewed it.
    """

    def __init__(self, configure: Callable[[], Configuration]) -> None:
        self._configure = configure
        self._lock = threading.Lock()
        self._opened: tuple[Configuration, Any] | None = None

    @property
    def host(self) -> str:
        """The server's host and port, as errors name it."""
        return _host(self._open()[0])

    def json(
        self,
        method: Method,
        path: str,
        query: Mapping[str, Any],
        body: Any = None,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        """Send a request and return the decoded answer."""
        import orjson

        response = self.send(method, path, query, body, content_type)
        try:
            data = response.read()
        except failures() as exc:
            raise refusals.no_answer(self.host, exc) from exc
        finally:
            response.release_conn()
        try:
            answer: dict[str, Any] = orjson.loads(data)
        except orjson.JSONDecodeError as exc:
            raise self._no_api(response) from exc
        return answer

    def close(self) -> None:
        """Close the connections; the next request opens new ones. Idempotent."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened[1].clear()

    def send(
        self,
        method: Method,
        path: str,
        query: Mapping[str, Any],
        body: Any = None,
        content_type: str = "",
        *,
        read: float | None = CALL_SECONDS,
        accept: str = "application/json",
    ) -> Any:
        """Return the response of a request that succeeded, its body unread.

        A request is sent again where that is safe: the server was too busy to take it, or a kept
        connection turned out to be closed, or the credential has been renewed meanwhile.
        """
        headers = {"Accept": accept, "User-Agent": f"ogai-lab/{version()}"}
        if body is not None:
            headers["Content-Type"] = content_type
        renewed = False
        for left in reversed(range(_TRIES)):
            try:
                return self._once(method, path, query, body, headers, read)
            except Unauthenticated:
                if renewed or not self._renewed():
                    raise
                renewed = True
            except refusals.Throttled as exc:
                if not left or not (method == "GET" or exc.untouched):
                    raise
                time.sleep(min(exc.wait, _LONGEST_WAIT))
            except refusals.Broken:
                if not left or method != "GET":
                    raise
        raise AssertionError("the last try returns or raises")

    def _once(
        self,
        method: Method,
        path: str,
        query: Mapping[str, Any],
        body: Any,
        headers: Mapping[str, str],
        read: float | None,
    ) -> Any:
        import orjson
        import urllib3

        configuration, pool = self._open()
        asked = urlencode({key: value for key, value in query.items() if value is not None})
        try:
            response = pool.request(
                method,
                configuration.host.rstrip("/") + path + (f"?{asked}" if asked else ""),
                body=None if body is None else orjson.dumps(body),
                headers={**headers, **_authorization(configuration)},
                timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=read),
                preload_content=False,
                retries=False,
            )
        except failures() as exc:
            raise refusals.no_answer(_host(configuration), exc) from exc
        if response.status >= 300:
            raise self._refusal(response, refusals.verb(method, path, query), path)
        if headers["Accept"] == "application/json" and not _is_json(response):
            raise self._no_api(response)
        return response

    def _refusal(self, response: Any, doing: str, path: str) -> OgaiError:
        import orjson

        try:
            data = response.read()
        except failures() as exc:
            return refusals.no_answer(self.host, exc)
        finally:
            response.release_conn()
        if response.status == 404 and "Audit-Id" in response.headers and not _is_json(response):
            return refusals.not_served(self.host, path)  # the API server says so in plain text
        if not _is_json(response) and response.status != 401:
            return self._no_api(response)
        try:
            status = orjson.loads(data) if data else {}
        except orjson.JSONDecodeError:
            return self._no_api(response)
        return refusals.refusal(
            self.host, doing, path, response.status, status, _wait(response.headers)
        )

    def _no_api(self, response: Any) -> OgaiError:
        content_type = response.headers.get("Content-Type", "").partition(";")[0]
        if response.status == 429:  # the server refuses in plain text when it has too much to do
            return refusals.throttled(self.host, response.reason or "", _wait(response.headers))
        location = response.headers.get("Location", "")
        return refusals.no_api(self.host, response.status, content_type, location)

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


def failures() -> tuple[type[Exception], ...]:
    """Return what a connection that fails may raise."""
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


def _authorization(configuration: Configuration) -> dict[str, str]:
    credential = configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
    return {"Authorization": credential} if credential else {}


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
