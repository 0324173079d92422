"""HTTP: carries the calls of remote twins to a Jupyter server that has OGAI Lab."""

from __future__ import annotations

import json
import re
import threading
import time
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ogai_lab.core.errors import (
    PROBLEM_JSON,
    InvalidInput,
    NotFound,
    OgaiError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    from_problem,
    redact,
)
from ogai_lab.core.release import version
from ogai_lab.core.remote import Request

if TYPE_CHECKING:
    import ssl

    import httpx

VERSION_HEADER = "X-OGAI-Version"
HEARTBEAT_SECONDS = 10.0
"""A stream that has nothing to say sends an empty line this often."""

_CONNECT_SECONDS = 5.0
_CALL_SECONDS = 120.0
_SILENT_SECONDS = 4.5 * HEARTBEAT_SECONDS
_RETRY_WAITS = (0.1, 0.4, 1.5)
_SIGN_IN = (
    "In a notebook, restart the kernel: the server that gave it its token was started anew. "
    "Elsewhere give a token that is valid now: connect(url, token)."
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class HttpTransport:
    """Calls over one pool of kept-alive connections; safe to use from several threads.

    A call that may be repeated (a GET, a PUT, or one with an idempotency key) is tried again when
    the connection fails, any other never.

    Parameters
    ----------
    url
        The server's ``/ogai``, or the address of the server itself or of any of its pages.
    token
        A token of the server, or of one of its kernels. Taken from the URL when left out.
    certificate
        The file of the server's own certificate, trusted instead of what the system trusts.
    """

    def __init__(
        self, url: str, token: str | None = None, *, certificate: str | None = None
    ) -> None:
        import httpx

        self.url, token_in_url = parse_address(url)
        self.server_version: str | None = None
        headers = {"Accept": "application/json"}
        if token or token_in_url:
            headers["Authorization"] = f"Bearer {token or token_in_url}"
        host = urlsplit(self.url).hostname
        self._http = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(_CALL_SECONDS, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
            verify=True if certificate is None else _trusting(certificate),
            trust_env=host not in _LOOPBACK,  # a proxy cannot reach what is on this machine
        )
        self._closed = threading.Event()

    def close(self) -> None:
        """Close all connections; idempotent."""
        self._closed.set()
        self._http.close()

    def call(self, request: Request) -> Any:
        """Make one call and return its decoded JSON.

        Raises
        ------
        OgaiError
            What the server answered, or `Unavailable` when it does not.
        """
        waits = iter(_RETRY_WAITS if request.repeatable else ())
        while True:
            try:
                response = self._answer(self._http.send(self._built(request)))
                return self._decoded(response.content) if response.content else None
            except Unavailable as exc:
                wait = next(waits, None)
                if wait is None or not isinstance(exc, _NoAnswer):
                    raise
            except self._failures as exc:
                wait = next(waits, None)
                if wait is None or isinstance(exc, self._timeouts):
                    raise self._unavailable(exc) from exc
            time.sleep(wait)

    def stream(self, request: Request) -> Iterator[Any]:
        """Make one call and yield its decoded NDJSON items as they arrive.

        The stream is over when the server says so; a line that never ends, or a silence longer
        than a few heartbeats, is `Unavailable`. Closing the iterator closes the connection.
        """
        import httpx

        silent = httpx.Timeout(_SILENT_SECONDS, connect=_CONNECT_SECONDS)
        try:
            built = self._built(request)
            built.extensions["timeout"] = silent.as_dict()
            response = self._http.send(built, stream=True)
            try:
                if not response.is_success:
                    response.read()
                yield from self._items(self._answer(response).iter_bytes())
            finally:
                response.close()
        except self._failures as exc:
            raise self._unavailable(exc) from exc

    @property
    def _failures(self) -> tuple[type[Exception], ...]:
        import httpx

        return (httpx.TransportError, httpx.StreamError, httpx.InvalidURL)

    @property
    def _timeouts(self) -> tuple[type[Exception], ...]:
        import httpx

        return (httpx.ReadTimeout, httpx.WriteTimeout, httpx.InvalidURL)

    def _built(self, request: Request) -> httpx.Request:
        if self._closed.is_set():
            raise Unavailable(f"The connection to {self.url} was closed.", action="Connect again.")
        query = {key: _in_query(value) for key, value in request.query.items()}
        return self._http.build_request(
            request.method, self.url + request.path, params=query, json=request.body
        )

    def _answer(self, response: httpx.Response) -> httpx.Response:
        self._note_version(response.headers.get(VERSION_HEADER))
        if not response.is_success:
            raise self._error(response)
        return response

    def _items(self, blocks: Iterator[bytes]) -> Iterator[Any]:
        rest = b""
        for block in blocks:
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                if not line:
                    continue  # a heartbeat
                item = self._decoded(line)
                if isinstance(item, dict) and item.keys() == {"problem"}:
                    raise from_problem(item["problem"])
                yield item
        if rest:
            raise Unavailable(
                "The stream ended in the middle of a line.", action="Follow it again."
            )

    def _decoded(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except ValueError as exc:
            raise NotFound(
                f"There is no OGAI Lab at {self.url}.",
                cause="What answers there does not speak JSON; perhaps a proxy's sign-in page.",
                action="Check the address and that you are signed in.",
            ) from exc

    def _note_version(self, theirs: str | None) -> None:
        if theirs in (None, self.server_version):
            return
        self.server_version, ours = theirs, version()
        if "0" not in (ours, theirs) and ours.split(".")[:2] != str(theirs).split(".")[:2]:
            warnings.warn(
                f"The server at {self.url} runs OGAI Lab {theirs}, this process {ours}. "
                "Install the same release in both.",
                stacklevel=2,
            )

    def _unavailable(self, exc: Exception) -> Unavailable:
        return Unavailable(
            f"The Jupyter server at {self.url} does not answer.",
            cause=f"{type(exc).__name__}: {redact(str(exc))}".rstrip(": "),
            action="Check that it runs and that this address is right; then try again.",
        )

    def _error(self, response: httpx.Response) -> OgaiError:
        if response.headers.get("Content-Type", "").startswith(PROBLEM_JSON):
            error = from_problem(self._decoded(response.content))
            if isinstance(error, Unauthenticated):
                error.action = _SIGN_IN
            return error
        status = response.status_code
        said = f"It answered {status} {response.reason_phrase}."
        if status in (401, 403) or response.is_redirect:
            return Unauthenticated(
                f"The server at {self.url} does not accept this token.",
                cause=said,
                action=_SIGN_IN,
            )
        if status in (404, 405):
            return NotFound(
                f"There is no OGAI Lab at {self.url}.",
                cause=said,
                action="Check the base URL, and on the server: jupyter server extension list.",
            )
        if status == 413:
            return TooLarge(f"The request is too large for {self.url}.", cause=said)
        if status >= 500:
            return _NoAnswer(
                f"The server behind {self.url} is not there now.",
                cause=f"{said} That is a proxy's page, not OGAI Lab's.",
                action="Wait until the server is up, then try again.",
            )
        return OgaiError(f"The server at {self.url} cannot be understood.", cause=said)


class _NoAnswer(Unavailable):
    """A proxy answered in place of the server; worth another try."""


def parse_address(url: str) -> tuple[str, str | None]:
    """Return the ``…/ogai`` URL that `url` means, and the token in it, if there is one.

    Raises
    ------
    InvalidInput
        When it is not an http or https URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(
            f"{redact(url)!r} is not the address of a server.",
            action="Write it as the browser shows it, such as http://localhost:8888/?token=….",
            field="url",
        )
    token = re.search(r"(?:^|&)token=([^&]+)", parts.query)
    path = re.sub(r"/(?:lab|tree|doc|notebooks|edit)(?:/.*)?$", "", parts.path).rstrip("/")
    path = path.removesuffix("/ogai")
    return f"{parts.scheme}://{parts.netloc}{path}/ogai", token and token[1]


def _trusting(certificate: str) -> ssl.SSLContext:
    """Return a context that trusts exactly the certificate in this file, whatever host it names."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(certificate)
    except OSError as exc:
        raise InvalidInput(
            f"The certificate {certificate!r} cannot be read: {exc.strerror or exc}.",
            field="certificate",
        ) from exc
    return context


def _in_query(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_query(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else value
