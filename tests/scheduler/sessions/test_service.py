"""Sessions on the real local engine: their kernels, their idle timer, their end."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from ogai_lab.core.errors import Conflict, InvalidInput, NotFound
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.sessions.book import SCHEMA
from ogai_lab.workbench.local import LocalWorkbench

ME = Caller("ann")


@pytest.fixture
def lab(home: Home) -> Iterator[LocalWorkbench]:
    workbench = LocalWorkbench(home)
    yield workbench
    for session in workbench.sessions.sessions():
        workbench.sessions.stop(session.id, ME)
    _until(lambda: not workbench.sessions.sessions())
    workbench.close()


def _until(look: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
    return seen


def _client(lab: LocalWorkbench, session_id: str) -> BlockingKernelClient:
    """Return a client of a session's kernel, once it answers."""
    _until(lambda: lab.sessions.session(session_id).kernel == "idle")
    client = BlockingKernelClient()
    info: Any = lab.sessions.connection(session_id).info
    client.load_connection_info(info)
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


def _run(client: BlockingKernelClient, code: str) -> str:
    said: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        said.append(message["content"].get("text") or message["content"].get("evalue") or "")

    client.execute_interactive(code, output_hook=hear, timeout=60)
    return "".join(said)


def _wheel(folder: Path) -> Path:
    """Make a package that pip can install."""
    path, info = folder / "gift-1.5-py3-none-any.whl", "gift-1.5.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("gift.py", "text = 'for you'")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: gift\nVersion: 1.5\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def _actions(lab: LocalWorkbench, session_id: str) -> list[str]:
    events = lab.activity.events(limit=500)
    return [
        e.data["action"] for e in events if (e.schema_id, e.data.get("id")) == (SCHEMA, session_id)
    ]


def test_a_session_is_a_job_with_a_kernel_that_outlives_whoever_leads(home: Home) -> None:
    first = LocalWorkbench(home)
    session = first.sessions.start(ME, name="mine", environment={"GREETING": "hello"})
    job = first.scheduler.job(session.id)
    assert (job.name, job.spec.labels["kind"], job.owner) == ("mine", "session", "ann")
    assert "GREETING" not in job.model_dump_json()
    client = _client(first, session.id)
    assert _run(client, "import os; x = 41; print(os.environ['GREETING'])") == "hello\n"
    first.close()
    second = LocalWorkbench(home)
    try:
        assert [one.id for one in second.sessions.sessions()] == [session.id]
        assert _run(client, "print(x + 1)") == "42\n"
        (pid,) = {int(word) for word in _run(client, "print(os.getpid())").split()}
        second.sessions.stop(session.id, ME)
        _until(lambda: second.sessions.session(session.id).state.final)
        _until(lambda: not psutil.pid_exists(pid))
        _until(lambda: _actions(second, session.id)[-1] == "ended")
        assert second.sessions.sessions() == []
    finally:
        client.stop_channels()
        second.close()


def test_a_session_without_work_is_warned_extended_and_ended(lab: LocalWorkbench) -> None:
    session = lab.sessions.start(ME, idle=4)
    _until(lambda: "warned" in _actions(lab, session.id))
    seen = lab.sessions.session(session.id)
    assert seen.warned
    assert seen.idle_until
    kept = lab.sessions.extend(session.id, by=3)
    assert not kept.warned
    assert kept.idle_until == pytest.approx(seen.idle_until + 3)
    _until(lambda: lab.sessions.session(session.id).state.final)
    over = lab.sessions.session(session.id)
    assert over.reason.startswith("Nothing worked in it for 4 seconds")
    assert lab.scheduler.job(session.id).ended >= kept.idle_until  # type: ignore[operator]
    _until(lambda: "ended" in _actions(lab, session.id))
    assert _actions(lab, session.id) == ["opened", "warned", "extended", "warned", "idled", "ended"]
    with pytest.raises(Conflict):
        lab.sessions.extend(session.id)


def test_a_cell_that_runs_keeps_a_session(lab: LocalWorkbench) -> None:
    session = lab.sessions.start(ME, idle=3)
    client = _client(lab, session.id)
    _run(client, "import time; time.sleep(6)")
    seen = lab.sessions.session(session.id)
    assert not seen.state.final
    client.stop_channels()
    _until(lambda: lab.sessions.session(session.id).state.final)


def test_a_restart_gives_a_new_kernel_and_keeps_what_was_installed(lab: LocalWorkbench) -> None:
    session = lab.sessions.start(ME)
    client = _client(lab, session.id)
    wheel = _wheel(lab.home.path)
    assert "Successfully installed gift-1.5" in _run(
        client, f"x = 1\n%pip install --no-index {wheel}"
    )
    assert str(lab.sessions.place(session.id).path) in _run(
        client, "import gift; print(gift.__file__)"
    )
    client.stop_channels()
    before = lab.sessions.place(session.id).number
    lab.sessions.restart(session.id)
    _until(lambda: lab.sessions.place(session.id).number > before)
    client = _client(lab, session.id)
    assert _run(client, "import gift; print(gift.text)") == "for you\n"
    assert "not defined" in _run(client, "x")
    assert lab.sessions.requirements(session.id) == ["gift==1.5"]
    client.stop_channels()
    with pytest.raises(Conflict):
        lab.sessions.start(ME, like=session.id)
    lab.sessions.stop(session.id, ME)
    _until(lambda: lab.sessions.session(session.id).state.final)
    again = lab.sessions.start(ME, like=session.id)
    assert lab.sessions.requirements(again.id) == ["gift==1.5"]


def test_a_kernel_that_nobody_wants_any_more_is_no_orphan(lab: LocalWorkbench) -> None:
    session = lab.sessions.start(ME)
    client = _client(lab, session.id)
    (pid,) = {int(word) for word in _run(client, "import os; print(os.getpid())").split()}
    client.stop_channels()
    psutil.Process(pid).parent().kill()  # type: ignore[union-attr]
    _until(lambda: lab.sessions.session(session.id).state.final)
    _until(lambda: not psutil.pid_exists(pid))


def test_what_cannot_be_is_refused(lab: LocalWorkbench) -> None:
    with pytest.raises(InvalidInput, match="run on this machine") as refused:
        lab.sessions.start(ME, cluster="lab")
    assert refused.value.field == "cluster"
    with pytest.raises(InvalidInput, match="duration"):
        lab.sessions.start(ME, idle="soon")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        lab.sessions.start(ME, gpus=10_000)
    with pytest.raises(NotFound):
        lab.sessions.session("j0")
    assert not list((lab.home.path / "sessions").glob("*"))
