"""The handler: one class for every operation. Asks who calls, checks, runs, answers."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import IdentityProvider, PasswordIdentityProvider, User
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.iostream import StreamClosedError

from ogai_lab.core.errors import (
    PROBLEM_JSON,
    Forbidden,
    InvalidInput,
    NotFound,
    OgaiError,
    TooLarge,
    Unauthenticated,
)
from ogai_lab.core.http import HEARTBEAT_SECONDS, VERSION_HEADER
from ogai_lab.core.operations import Caller
from ogai_lab.core.release import version
from ogai_lab.locale.sentences import for_reader, read_in
from ogai_lab_server.channel import Channel
from ogai_lab_server.credentials import PREFIX, KernelCredentials
from ogai_lab_server.host import Host
from ogai_lab_server.router import WrongMethod, query_values

T = TypeVar("T")

_FIRST_LINE_SECONDS = 0.5
"""So long a stream may still turn into a plain error; then its headers are sent."""


_WHO = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class OperationHandler(APIHandler):
    """Everything below ``/ogai``."""

    def initialize(self, host: Host, credentials: KernelCredentials) -> None:
        """Take what all handlers share."""
        self._host = host
        self._credentials = credentials
        self._channel: Channel | None = None

    def set_default_headers(self) -> None:
        """Say which release answers."""
        super().set_default_headers()
        self.set_header(VERSION_HEADER, version())
        self.set_header("Cache-Control", "no-store")

    async def prepare(self, **_: Any) -> None:
        """Accept a kernel's credential; leave every other to the server."""
        credential = self.identity_provider.get_token(self) or ""
        if credential.startswith(PREFIX):
            if not self._credentials.is_valid(credential):
                raise Unauthenticated(
                    "This kernel credential is not valid.",
                    cause="It is good only while its kernel lives, at the server that started it.",
                    action="Restart the kernel.",
                )
            owner = User(username=_owner())
            self.current_user = self._jupyter_current_user = self._jupyterhub_user = owner
            self._token_authenticated = True
        await super().prepare()

    @web.authenticated
    async def get(self) -> None:
        """Run the operation that this request means."""
        await self._serve()

    @web.authenticated
    async def post(self) -> None:
        """Run the operation that this request means."""
        await self._serve()

    @web.authenticated
    async def put(self) -> None:
        """Run the operation that this request means."""
        await self._serve()

    @web.authenticated
    async def patch(self) -> None:
        """Run the operation that this request means."""
        await self._serve()

    @web.authenticated
    async def delete(self) -> None:
        """Run the operation that this request means."""
        await self._serve()

    async def _serve(self) -> None:
        built = await self._host.built()
        prefix = f"{self.base_url.rstrip('/')}/ogai"
        match = built.router.match(self.request.method, self.request.path.removeprefix(prefix))
        op = match.operation
        self._track_activity = op.method != "GET"  # a panel that looks keeps no server alive
        await self._authorize(op.action, match.service.resource)
        values: dict[str, Any] = dict(match.in_path)
        if op.method in ("GET", "DELETE"):
            given = query_values(op, self.request.query_arguments)
        else:
            given = self._body()
        for name in given.keys() & values.keys():
            raise InvalidInput(f"{name!r} is given by the path.", field=name)
        arguments = op.arguments(values | given, Caller(self._caller()))
        call = functools.partial(op.function, match.service, **arguments)
        if op.streams:
            adapter = op.result_adapter
            encode = self._translating(adapter.dump_json)
            await self._stream(lambda: (encode(item) + b"\n" for item in call()))
        else:
            encode = self._translating(op.result_adapter.dump_json)
            answer = await self._host.in_thread(lambda: encode(call()))
            self.finish(answer)

    def _translating(self, encode: Callable[[Any], T]) -> Callable[[Any], T]:
        """Return `encode` in the reader's language, which our front end says in a header.

        Only what is sent is translated: what an operation stores meanwhile stays as it was said.
        """
        language = self.request.headers.get("Accept-Language", "en")

        def translated(value: Any) -> T:
            with read_in(language):
                return encode(value)

        return translated

    async def _authorize(self, action: str, resource: str) -> None:
        allowed = self.authorizer.is_authorized(self, self.current_user, action, resource)
        if not await ensure_async(allowed):
            raise Forbidden(
                f"You may not {action} {resource} on this server.",
                action="Ask who runs the server to allow it.",
            )

    def _body(self) -> dict[str, Any]:
        limit = self._host.app.max_body
        if len(self.request.body) > limit:
            raise TooLarge(
                f"The request has {len(self.request.body)} bytes; {limit} are allowed.",
                action="Send less, or raise OgaiApp.max_body.",
            )
        try:
            body = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError) as exc:
            raise InvalidInput(
                "The request's body is not JSON.", action="Send a JSON object in UTF-8."
            ) from exc
        if not isinstance(body, dict):
            raise InvalidInput("The request's body is not a JSON object.")
        return body

    def _caller(self) -> str:
        # Jupyter's own providers give a token's user a random name; the person is who runs us.
        if type(self.identity_provider) in (IdentityProvider, PasswordIdentityProvider):
            return _owner()
        return str(self.current_user.username)

    async def _stream(self, lines: Any) -> None:
        self._channel = channel = self._host.open_channel()
        try:
            channel.produce(lines)
            data = await channel.take(_FIRST_LINE_SECONDS)
            if data is None and channel.failure is not None:
                raise channel.failure
            self.set_header("Content-Type", "application/x-ndjson")
            # A proxy that gathers or packs the lines would keep them from whoever waits for them.
            self.set_header("X-Accel-Buffering", "no")
            self.set_header("Cache-Control", "no-store, no-transform")
            while data is not None:
                self.write(data or b"\n")
                await asyncio.wait_for(self.flush(), self._host.app.stuck_seconds)
                data = await channel.take(HEARTBEAT_SECONDS)
            if channel.failure is not None:
                self.write(json.dumps({"problem": self._problem(channel.failure)}) + "\n")
            self.finish(set_content_type="application/x-ndjson")
        except StreamClosedError:
            self.log.debug("OGAI Lab: the reader of %s left", self.request.path)
        except TimeoutError:
            self.log.warning(
                "OGAI Lab: cut %s: its reader took nothing for %g s",
                self.request.path,
                self._host.app.stuck_seconds,
            )
            self._cut()
        finally:
            self._host.close_channel(channel)

    def _cut(self) -> None:
        connection: Any = self.request.connection
        connection.stream.close()

    def on_connection_close(self) -> None:
        """Stop the producer of a stream whose reader left."""
        super().on_connection_close()
        if self._channel is not None:
            self._channel.leave()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer every error with a problem document."""
        error = kwargs.get("exc_info", (None, None))[1]
        problem = self._problem(error, status_code)
        self.set_status(problem["status"])
        if problem["status"] == HTTPStatus.UNAUTHORIZED:
            self.set_header("WWW-Authenticate", 'Bearer realm="OGAI Lab"')
        if problem["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
            self.set_header("Retry-After", "2")
        if isinstance(error, WrongMethod):
            self.set_header("Allow", ", ".join(error.allowed))
        self.finish(json.dumps(problem), set_content_type=PROBLEM_JSON)

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """Log what is our fault; what is the caller's is in the answer."""
        if not isinstance(error, OgaiError):
            super().log_exception(kind, error, trace)

    def _problem(self, error: BaseException | None, status: int = 500) -> dict[str, Any]:
        return self._translating(_translated)(self._said(error, status))

    def _said(self, error: BaseException | None, status: int) -> dict[str, Any]:
        if isinstance(error, OgaiError):
            return error.to_problem()
        if isinstance(error, web.HTTPError) and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            problem = self._refusal(error, status).to_problem()
            return problem if status in _WHO else problem | {"status": status}
        reference = uuid.uuid4().hex[:12]
        self.log.error("OGAI Lab: error %s in %s", reference, self.request.path, exc_info=error)
        return OgaiError(
            f"An error of ours (number {reference}).",
            action="The server's log has it under this number; please report it.",
        ).to_problem()

    def _refusal(self, error: web.HTTPError, status: int) -> OgaiError:
        said = error.log_message or HTTPStatus(status).phrase
        if status in _WHO:
            if self.current_user is None:
                return Unauthenticated(
                    "This request carries no valid credential.",
                    action="Sign in, or send a token of this server.",
                )
            return Forbidden(said)
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            return NotFound(said)
        return InvalidInput(said)


def _translated(problem: dict[str, Any]) -> dict[str, Any]:
    prose = ("title", "detail", "cause", "action")
    return problem | {name: for_reader(problem[name]) for name in prose if name in problem}


def _owner() -> str:
    return os.environ.get("JUPYTERHUB_USER") or Caller.local().name
