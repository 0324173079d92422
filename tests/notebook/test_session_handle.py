"""`ogai.session` and the verbs of the command line, on the real local engine."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

import ogai_lab as ogai
from ogai_lab.commands.terminal import main
from ogai_lab.core.home import Home
from ogai_lab.notebook import connection


@pytest.fixture(autouse=True)
def here(home: Home) -> Iterator[None]:
    """A home of the test's own, led by this process; nothing of it is left."""
    ogai.connect()
    yield
    for session in ogai.sessions():
        ogai.session(session.id).stop()
    deadline = time.monotonic() + 60
    while ogai.sessions():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    connection.workbench().close()
    ogai.connect()


def test_code_runs_in_a_session_and_its_variables_stay() -> None:
    session = ogai.session(idle="20m", name="mine")
    assert session.run("x = 20; print('hi'); x + 1") == "hi\n21"
    with pytest.raises(ogai.CellFailed, match="ZeroDivisionError") as failed:
        session.run("x / 0")
    assert "Traceback" in "".join(failed.value._render_traceback_())
    with pytest.raises(ConnectionError, match="not done after"):
        session.run("import time; time.sleep(5)", timeout=0.5)
    again = ogai.session(session.id[:12])
    assert again.run("x") == "20"
    before = again.idle_until
    assert before
    assert again.extend("10m").idle_until == pytest.approx(before + 600, abs=60)
    assert "mine" in repr(ogai.sessions())
    assert again.restart().run("'x' in globals()") == "False"
    assert str(again.stop().state) in ("stopping", "cancelled")


def test_the_command_line_starts_lists_and_ends_sessions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def say(*words: str) -> str:
        assert main(words) == 0
        return capsys.readouterr().out

    made = json.loads(say("session", "--name", "cli", "--idle", "0", "--json"))
    assert (made["state"], made["kernel"], made["idle"]) == ("running", "idle", None)
    assert made["id"] in say("sessions")
    assert "never ends it" in say("session", made["id"][:14])
    assert json.loads(say("session", made["id"], "--connection"))["transport"] == "ipc"
    assert say("session", made["id"], "--requirements").strip() == ""
    assert made["id"] in say("session", made["id"], "--stop")
