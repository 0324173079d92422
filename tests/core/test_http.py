"""The HTTP transport against servers that misbehave."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ogai_lab.core import http
from ogai_lab.core.errors import (
    PROBLEM_JSON,
    Conflict,
    InvalidInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from ogai_lab.core.http import HttpTransport, parse_address
from ogai_lab.core.remote import Request

Answer = Callable[[BaseHTTPRequestHandler], None]
GET = Request("GET", "/x", repeatable=True)
POST = Request("POST", "/x", body={})


class Misbehaving:
    """A server that gives the answers it is told to, one a request; the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.seen: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.seen.append(self.path)
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answers = outer.answers
                (answers.pop(0) if len(answers) > 1 else answers[0])(self)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/base"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def says(status: int, body: str = "", kind: str = "text/html", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body.encode())))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def streams(*parts: bytes, whole: bool = True) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/x-ndjson")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for part in parts:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            handler.wfile.flush()
        if whole:
            handler.wfile.write(b"0\r\n\r\n")
        else:
            hangs_up(handler)

    return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Misbehaving]:
    monkeypatch.setattr(http, "_RETRY_WAITS", (0.0, 0.0))
    server = Misbehaving()
    yield server
    server.close()


@pytest.fixture
def transport(server: Misbehaving) -> Iterator[HttpTransport]:
    transport = HttpTransport(server.url, "t0ken")
    yield transport
    transport.close()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (says(503, "<html>down</html>"), Unavailable, "503"),
        (says(502), Unavailable, "proxy"),
        (says(401), Unauthenticated, "token"),
        (says(403, "{}", "application/json"), Unauthenticated, "token"),
        (says(302, Location="/login"), Unauthenticated, "token"),
        (says(404), NotFound, "base URL"),
        (says(413), TooLarge, "413"),
        (says(200, "<html>Sign in"), NotFound, "sign-in page"),
        (says(500, "<html>", PROBLEM_JSON), NotFound, "sign-in page"),
    ],
)
def test_what_is_not_from_us_is_told_apart(
    server: Misbehaving, transport: HttpTransport, answer: Answer, kind: type[Exception], words: str
) -> None:
    server.answers = [answer]
    with pytest.raises(kind, match=words) as caught:
        transport.call(POST)
    assert server.url in str(caught.value)
    assert len(server.seen) == 1


def test_a_problem_is_raised_as_what_it_is(server: Misbehaving, transport: HttpTransport) -> None:
    problem = Conflict("It is taken.", action="Choose another name.").to_problem()
    server.answers = [says(409, json.dumps(problem), PROBLEM_JSON)]
    with pytest.raises(Conflict, match=r"It is taken\. Choose another name\."):
        transport.call(GET)
    assert len(server.seen) == 1


def test_what_may_be_repeated_is_tried_again(server: Misbehaving, transport: HttpTransport) -> None:
    server.answers = [hangs_up, says(503), says(200, "[1]", "application/json")]
    assert transport.call(GET) == [1]
    assert len(server.seen) == 3


def test_what_may_not_be_repeated_is_not(server: Misbehaving, transport: HttpTransport) -> None:
    server.answers = [hangs_up]
    with pytest.raises(Unavailable):
        transport.call(POST)
    assert len(server.seen) == 1


def test_nobody_there_says_where_and_what_to_do() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    transport = HttpTransport(url, "s3cret")
    for call in (transport.call, lambda request: next(transport.stream(request))):
        with pytest.raises(Unavailable, match=url) as caught:
            call(POST)
        assert "Check that it runs" in caught.value.action
        assert "s3cret" not in str(caught.value)
    transport.close()


def test_lines_may_be_cut_anywhere(server: Misbehaving, transport: HttpTransport) -> None:
    data = '{"a":"x\u2028y"}\n\n\n[1]\nnull\n'.encode()
    server.answers = [streams(*(data[i : i + 1] for i in range(len(data))))]
    assert list(transport.stream(GET)) == [{"a": "x\u2028y"}, [1], None]


def test_an_error_in_mid_stream_is_raised(server: Misbehaving, transport: HttpTransport) -> None:
    problem = json.dumps({"problem": NotFound("It was deleted.").to_problem()}).encode()
    server.answers = [streams(b"1\n", problem + b"\n")]
    items = transport.stream(GET)
    assert next(items) == 1
    with pytest.raises(NotFound, match="deleted"):
        next(items)


def test_a_stream_that_is_no_stream_is_told_apart(
    server: Misbehaving, transport: HttpTransport
) -> None:
    server.answers = [says(200, "<html>Sign in\n")]
    with pytest.raises(NotFound, match="sign-in page"):
        next(transport.stream(GET))


@pytest.mark.parametrize(
    "answer", [streams(b"1\n", b'{"ha', whole=False), streams(b"1\n", b'{"ha')]
)
def test_a_stream_that_is_cut_is_an_error(
    server: Misbehaving, transport: HttpTransport, answer: Answer
) -> None:
    server.answers = [answer]
    items = transport.stream(GET)
    assert next(items) == 1
    with pytest.raises(Unavailable):
        next(items)


def test_lists_and_booleans_in_the_query(server: Misbehaving, transport: HttpTransport) -> None:
    server.answers = [says(200, "1", "application/json")]
    transport.call(Request("GET", "/x", {"state": ["a", "b&c"], "deep": True}))
    assert server.seen == ["/base/ogai/x?state=a&state=b%26c&deep=true"]


@pytest.mark.parametrize(
    ("given", "url", "token"),
    [
        ("http://h:8888", "http://h:8888/ogai", None),
        ("http://h:8888/?token=abc", "http://h:8888/ogai", "abc"),
        ("https://h/user/me/lab/tree/a.ipynb?x=1&token=abc", "https://h/user/me/ogai", "abc"),
        ("http://h/base/lab", "http://h/base/ogai", None),
        ("http://h/base/ogai/", "http://h/base/ogai", None),
    ],
)
def test_any_page_of_the_server_is_its_address(given: str, url: str, token: str | None) -> None:
    assert parse_address(given) == (url, token)


@pytest.mark.parametrize("url", ["", "localhost:8888", "ftp://h", "http://", "http+unix://x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="not the address"):
        parse_address(url)


def test_a_closed_transport_says_so(transport: HttpTransport) -> None:
    transport.close()
    transport.close()
    with pytest.raises(Unavailable, match="was closed"):
        transport.call(GET)


def test_another_release_over_there_is_said_once(
    server: Misbehaving, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "version", lambda: "1.2.3")
    server.answers = [
        says(200, "1", **{http.VERSION_HEADER: "1.2.9"}),
        says(200, "1", **{http.VERSION_HEADER: "1.3.0"}),
    ]
    transport.call(GET)
    with pytest.warns(UserWarning, match=r"runs OGAI Lab 1\.3\.0, this process 1\.2\.3"):
        transport.call(GET)
    transport.call(GET)


def test_a_certificate_that_cannot_be_read_is_named() -> None:
    with pytest.raises(InvalidInput, match="no-such-file"):
        HttpTransport("https://h", certificate="/no-such-file")
