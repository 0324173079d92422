"""A reverse proxy as strict as the common ones: it gathers what it may, and packs what it may."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

_OWN_TO_A_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive", "upgrade"}


@contextmanager
def in_front_of(port: int) -> Iterator[int]:
    """Stand before a server of this machine; yield the port to come in by."""
    started = threading.Event()
    found: dict[str, Any] = {}

    async def serve() -> None:
        AsyncHTTPClient.configure(None, max_clients=100)
        server = Application([("/.*", _Handler, {"port": port})]).listen(0, "127.0.0.1")
        found["port"] = next(iter(server._sockets.values())).getsockname()[1]
        found["end"], found["loop"] = asyncio.Event(), asyncio.get_running_loop()
        started.set()
        await found["end"].wait()
        server.stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="proxy", daemon=True)
    thread.start()
    started.wait()
    try:
        yield found["port"]
    finally:
        found["loop"].call_soon_threadsafe(found["end"].set)
        thread.join(10)


class _Handler(WebSocketHandler):
    def initialize(self, port: int) -> None:
        self._to = f"127.0.0.1:{port}{self.request.uri}"
        self._socket: WebSocketClientConnection | None = None

    def check_origin(self, origin: str) -> bool:
        return True  # the server behind checks it

    def check_xsrf_cookie(self) -> None:
        """Leave it to the server behind."""

    async def get(self, *args: Any, **kwargs: Any) -> None:
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            await super().get(*args, **kwargs)
        else:
            await self._forward()

    async def open(self, *_args: str, **_kwargs: str) -> None:
        headers = HTTPHeaders()
        for name, value in self.request.headers.get_all():
            if not name.startswith("Sec-Websocket") and name.lower() not in _OWN_TO_A_HOP:
                headers.add(name, value)
        request = HTTPRequest(f"ws://{self._to}", headers=headers)
        self._socket = await websocket_connect(request, on_message_callback=self._answer)

    def on_message(self, message: str | bytes) -> None:
        if self._socket is not None:
            self._socket.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _answer(self, message: str | bytes | None) -> None:
        if message is None:
            self.close()
        else:
            self.write_message(message, binary=isinstance(message, bytes))

    async def _forward(self) -> None:
        held: list[bytes] = []
        lines: list[str] = []

        def take(chunk: bytes) -> None:
            headers = HTTPHeaders.parse("".join(lines[1:]))
            flows = headers.get("X-Accel-Buffering") == "no"
            if flows and "no-transform" in headers.get("Cache-Control", ""):
                self._begin(lines)
                self.write(chunk)
                self.flush()
            else:
                held.append(chunk)

        self._begun = False
        await AsyncHTTPClient().fetch(
            HTTPRequest(
                f"http://{self._to}",
                method=self.request.method or "GET",
                headers=self.request.headers,
                body=self.request.body or None,
                allow_nonstandard_methods=True,
                follow_redirects=False,
                decompress_response=False,
                request_timeout=0,
                header_callback=lines.append,
                streaming_callback=take,
            ),
            raise_error=False,
        )
        self._begin(lines)
        self.finish(b"".join(held) or None)  # None: not every answer may have a body

    def _begin(self, lines: list[str]) -> None:
        if self._begun:
            return
        self._begun = True
        self.set_status(int(lines[0].split()[1]))
        for name, value in HTTPHeaders.parse("".join(lines[1:])).get_all():
            if name.lower() not in _OWN_TO_A_HOP:
                self.add_header(name, value)
        self.clear_header("Server")

    post = put = patch = delete = head = options = _forward
