"""Streams: slow readers get everything, stuck ones are cut, gone ones cost nothing."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.workbench import Workbench

SCHEMA = "https://schemas.ogai-lab.org/test/noise/v1"


@contextlib.contextmanager
def _log(server: Any) -> Iterator[Callable[[int, int], None]]:
    """Write events into the server's database from this process."""
    database = Database(f"sqlite:///{server.folder}/home/ogai.db")
    log = EventLog(database)

    def write(count: int, size: int) -> None:
        with database.write() as connection:
            for number in range(count):
                log.emit(connection, SCHEMA, {"number": number, "text": "\u2028" * (size // 3)})

    yield write
    database.close()


def _open(server: Any, path: str) -> socket.socket:
    """Send a GET by hand, so that nothing is read before the test reads it."""
    host, port = server.url.removeprefix("http://").split("/")[0].split(":")
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    connection.sendall(
        f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n"
        f"Authorization: Bearer {server.token}\r\n\r\n".encode()
    )
    return connection


def _until(condition: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def _open_streams(server: Any) -> int:
    with server.client() as client:
        return int(client.get("/ogai/health").json()["streams"])


@pytest.fixture(scope="module")
def server(start_server: Any) -> Any:
    server = start_server("--OgaiApp.stuck_seconds=2", "--OgaiApp.stream_threads=3")
    with server.client() as client:
        client.get("/ogai/health").raise_for_status()
    return server


def test_a_quiet_stream_says_at_once_that_it_lives(server: Any) -> None:
    with server.client() as client, client.stream("GET", "/ogai/events/follow") as answer:
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        assert next(answer.iter_bytes()) == b"\n"
    _until(lambda: _open_streams(server) == 0)


def test_events_of_another_process_arrive(server: Any) -> None:
    with _log(server) as write, Workbench.connect(server.url, server.token) as workbench:
        after = workbench.activity.last()
        threading.Timer(0.3, write, (3, 10)).start()
        followed = workbench.activity.follow(after)
        found = [next(followed) for _ in range(3)]
        followed.close()  # type: ignore[attr-defined]
    assert [event.data["number"] for event in found if event] == [0, 1, 2]
    _until(lambda: _open_streams(server) == 0)


def test_a_slow_reader_gets_everything(server: Any) -> None:
    with _log(server) as write, Workbench.connect(server.url, server.token) as workbench:
        after = workbench.activity.last()
        write(300, 100_000)
    with _open(server, f"/ogai/events/follow?after={after}") as connection:
        time.sleep(0.5)
        seen: list[int] = []
        with connection.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"{"):
                    seen.append(json.loads(line)["data"]["number"])
                    if len(seen) % 50 == 0:
                        time.sleep(0.2)
                if len(seen) == 300:
                    break
    assert seen == list(range(300))
    _until(lambda: _open_streams(server) == 0)


def test_a_stuck_reader_is_cut_with_a_line_in_the_log(server: Any) -> None:
    with _log(server) as write, Workbench.connect(server.url, server.token) as workbench:
        after = workbench.activity.last()
        write(300, 100_000)
    with _open(server, f"/ogai/events/follow?after={after}"):
        _until(lambda: _open_streams(server) == 1)
        _until(lambda: "its reader took nothing for 2 s" in server.log)
        _until(lambda: _open_streams(server) == 0)


def test_one_stream_too_many_is_refused_and_calls_still_answer(server: Any) -> None:
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(server.client())
        for _ in range(3):
            stack.enter_context(client.stream("GET", "/ogai/events/follow"))
        answer = client.get("/ogai/events/follow")
        assert answer.status_code == 503
        assert "3 streams are open" in answer.json()["detail"]
        assert "stream_threads" in answer.json()["action"]
        assert "Retry-After" in answer.headers
        assert client.get("/ogai/events/last").status_code == 200
    _until(lambda: _open_streams(server) == 0)


def test_what_is_wrong_with_a_stream_is_said_before_it_begins(server: Any) -> None:
    with server.client() as client:
        answer = client.get("/ogai/scheduler/jobs/nothing/logs/follow")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_stream_is_taken_up_again_after_the_server_was_killed(
    start_server: Any, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    first = start_server(home=home)
    port = int(first.url.rpartition(":")[2])
    database = Database(f"sqlite:///{home}/ogai.db")
    log = EventLog(database)

    def write(number: int) -> None:
        with database.write() as connection:
            log.emit(connection, SCHEMA, {"number": number})

    with Workbench.connect(first.url, first.token) as workbench:
        followed = (event for event in workbench.activity.follow(0) if event)
        write(1)
        assert next(followed).data == {"number": 1}
        first.stop(signal.SIGKILL)
        write(2)
        again = threading.Thread(
            target=start_server, kwargs={"home": home, "port": port, "token": first.token}
        )
        again.start()
        assert next(followed).data == {"number": 2}  # nothing missed, nothing twice
        again.join()
        write(3)
        assert next(followed).data == {"number": 3}
        followed.close()
    database.close()


def test_the_server_stops_at_once_with_streams_open(start_server: Any) -> None:
    server = start_server()
    with server.client() as client, client.stream("GET", "/ogai/events/follow"):
        server.process.terminate()
        assert server.process.wait(15) is not None


async def test_events_reach_jupyters_bus(server: Any) -> None:
    from tornado.httpclient import HTTPRequest
    from tornado.websocket import websocket_connect

    url = f"ws{server.url.removeprefix('http')}/api/events/subscribe"
    headers = {"Authorization": f"Bearer {server.token}"}
    socket = await websocket_connect(HTTPRequest(url, headers=headers))
    with server.client() as client:
        spec = {"run": {"kind": "command", "argv": ["true"]}}
        client.post("/ogai/scheduler/jobs", json={"spec": spec}).raise_for_status()
    while True:
        message = await socket.read_message()
        assert message is not None
        event = json.loads(message)
        if event["schema_id"].startswith("https://schemas.ogai-lab.org/scheduler/"):
            break
    socket.close()
