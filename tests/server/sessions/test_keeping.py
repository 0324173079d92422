"""Kernels that are sessions, in real Jupyter servers that are killed and started again."""

from __future__ import annotations

import json
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import websocket

from ogai_lab.core.operations import Caller
from ogai_lab.workbench import Workbench

SESSION = "ogai-session"
NOTEBOOK = {"path": "book.ipynb", "name": "book", "type": "notebook"}


class Lab:
    """A folder with a home, and the Jupyter server that serves it now."""

    def __init__(self, start: Callable[..., Any], folder: Path) -> None:
        self._start, self._folder = start, folder
        (folder / "root").mkdir()
        self.server: Any = None
        self.begin()

    def begin(self) -> None:
        home, root = self._folder / "home", self._folder / "root"
        port = int(self.server.url.rpartition(":")[2]) if self.server else 0
        options = {"home": home, "root": root, "port": port, "token": "sesame"}
        self.server = self._start("--OgaiApp.start_delay=0", **options)

    def end(self, number: int) -> None:
        self.server.stop(number)

    def call(self, method: str, path: str, **options: Any) -> Any:
        with self.server.client() as client:
            answer = client.request(method, path, timeout=90, **options)
        assert answer.is_success, (answer.text, self.server.log)
        return answer.json() if answer.content else None

    def open_notebook(self) -> dict[str, Any]:
        made = self.call("POST", "/api/sessions", json={**NOTEBOOK, "kernel": {"name": SESSION}})
        return dict(made)

    def run(self, kernel_id: str, code: str) -> str:
        """Run a cell over the websocket that a notebook uses; return what it printed."""
        url = self.server.url.replace("http", "ws", 1)
        ask = f"{url}/api/kernels/{kernel_id}/channels?session_id={uuid.uuid4().hex}&token=sesame"
        request = uuid.uuid4().hex
        message = {
            "channel": "shell",
            "header": {
                "msg_id": request,
                "msg_type": "execute_request",
                "session": uuid.uuid4().hex,
                "username": "",
                "date": "2000-01-01T00:00:00Z",
                "version": "5.3",
            },
            "parent_header": {},
            "metadata": {},
            "content": {"code": code, "silent": False, "store_history": False},
        }
        said = ""
        line = websocket.create_connection(ask, timeout=60)
        try:
            line.send(json.dumps(message))
            while True:
                heard = json.loads(line.recv())
                if heard["parent_header"].get("msg_id") != request:
                    continue
                content = heard["content"]
                said += str(content.get("text") or content.get("evalue") or "")
                if content.get("execution_state") == "idle":
                    return said
        finally:
            line.close()

    def sessions(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "/ogai/scheduler/sessions"))


@pytest.fixture
def lab(start_server: Callable[..., Any], tmp_path: Path) -> Iterator[Lab]:
    made = Lab(start_server, tmp_path)
    yield made
    made.end(signal.SIGTERM)
    with Workbench.local(tmp_path / "home") as workbench:
        for session in workbench.sessions.sessions():
            workbench.sessions.stop(session.id, Caller("ann"))
        until(lambda: not workbench.sessions.sessions())


def until(look: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
    return seen


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
def test_a_notebook_goes_on_with_its_kernel_in_the_next_server(lab: Lab, number: int) -> None:
    offered = lab.call("GET", "/api/kernelspecs")["kernelspecs"][SESSION]["spec"]
    assert offered["display_name"] == "Python on this machine's queue (session)"
    notebook = lab.open_notebook()
    kernel = notebook["kernel"]["id"]
    pid = int(lab.run(kernel, "import os; x = 41; print(os.getpid())"))
    lab.end(number)
    assert psutil.pid_exists(pid)
    lab.begin()
    found = lab.call("GET", "/api/sessions")
    assert [(one["id"], one["kernel"]["id"], one["path"]) for one in found] == [
        (notebook["id"], kernel, "book.ipynb")
    ]
    assert lab.run(kernel, "print(x + 1, os.getpid())") == f"42 {pid}\n"
    asks = "import ogai_lab as ogai; print(ogai.connect().scheduler.jobs().total)"
    assert lab.run(kernel, asks) == "1\n"
    lab.call("POST", f"/api/kernels/{kernel}/restart")
    assert "not defined" in lab.run(kernel, "x")
    (session,) = lab.sessions()
    job = lab.call("GET", f"/ogai/scheduler/jobs/{session['id']}")
    assert job["spec"]["labels"]["kind"] == "session"
    lab.call("DELETE", f"/api/sessions/{notebook['id']}")
    until(lambda: not lab.sessions())
    assert lab.call("GET", "/api/kernels") == []


def test_a_kernel_that_is_no_session_ends_with_its_server(lab: Lab) -> None:
    ordinary = {**NOTEBOOK, "kernel": {"name": "python3"}}
    notebook = lab.call("POST", "/api/sessions", json=ordinary)
    lab.end(signal.SIGKILL)
    lab.begin()
    assert lab.call("GET", "/api/sessions") == []
    again = lab.call("POST", "/api/sessions", json=ordinary)
    assert again["kernel"]["id"] != notebook["kernel"]["id"]
    assert lab.run(again["kernel"]["id"], "print('new')") == "new\n"


def test_interrupt_and_the_crash_of_a_kernel(lab: Lab) -> None:
    kernel = lab.open_notebook()["kernel"]["id"]
    pid = int(lab.run(kernel, "import os; print(os.getpid())"))
    with ThreadPoolExecutor() as aside:
        running = aside.submit(lab.run, kernel, "import time; time.sleep(600)")
        until(lambda: lab.sessions()[0]["kernel"] == "busy")
        lab.call("POST", f"/api/kernels/{kernel}/interrupt")
        running.result(60)
    assert lab.run(kernel, "print('here')") == "here\n"
    psutil.Process(pid).kill()

    def answers() -> bool:
        (session,) = lab.sessions()
        return bool(session["kernel"] == "idle" and not psutil.pid_exists(pid))

    until(answers)
    assert int(lab.run(kernel, "import os; print(os.getpid())")) != pid
    assert len(lab.sessions()) == 1


def test_cancelling_the_job_ends_the_kernel_for_good(lab: Lab) -> None:
    kernel = lab.open_notebook()["kernel"]["id"]
    pid = int(lab.run(kernel, "import os; print(os.getpid())"))
    (session,) = lab.sessions()
    lab.call("POST", f"/ogai/scheduler/jobs/{session['id']}/cancel", json={})
    until(lambda: not psutil.pid_exists(pid))
    until(lambda: lab.call("GET", "/api/kernels") == [])
    assert lab.sessions() == []
    jobs = lab.call("GET", "/ogai/scheduler/jobs")
    assert [job["state"] for job in jobs["items"]] == ["cancelled"]


def test_the_gpus_of_the_machine_are_offered(start_server: Callable[..., Any]) -> None:
    environment = {"OGAI_SIMULATED": "2x8"}
    server = start_server("--OgaiApp.start_delay=0", environment=environment)

    def offered() -> list[str]:
        with server.client() as client:
            found = client.get("/api/kernelspecs").json()["kernelspecs"]
        return [one["spec"]["display_name"] for name, one in found.items() if "1gpu" in name]

    (name,) = until(offered)
    assert name.startswith("Python on 1×")
