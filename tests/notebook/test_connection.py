"""The kernel of a real server: found without a word, and what it says when the server is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ogai_lab.core.errors import Unauthenticated, Unavailable
from ogai_lab.notebook import connection
from tests.conftest import ServerStarter


@pytest.fixture(autouse=True)
def _own_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(connection, "_current", None)
    monkeypatch.setenv("OGAI_HOME", str(tmp_path / "home"))


def test_the_environment_names_the_server(
    start_server: ServerStarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server(base="/user/me")
    monkeypatch.setenv("OGAI_URL", f"{server.url}/ogai")
    monkeypatch.setenv("OGAI_TOKEN", server.token)
    bench = connection.workbench()
    assert connection.workbench() is bench
    assert bench.scheduler.jobs().total == 0
    assert not (server.folder.parent / "home").exists()

    port = int(server.url.split(":")[2].split("/")[0])
    server.stop()
    with pytest.raises(Unavailable):
        bench.scheduler.queues()
    again = start_server(base="/user/me", port=port, token=server.token)
    assert bench.scheduler.queues()  # the same server came back: nothing to be done
    again.stop()
    start_server(base="/user/me", port=port)
    with pytest.raises(Unauthenticated) as caught:
        bench.scheduler.queues()
    assert "restart the kernel" in caught.value.action


def test_connect_finds_out_now_and_keeps_the_old_one_when_it_fails(
    start_server: ServerStarter,
) -> None:
    mine = connection.workbench()
    server = start_server()
    with pytest.raises(Unauthenticated):
        connection.connect(server.url, "wrong")
    assert connection.workbench() is mine
    assert connection.connect(server.url, server.token) is connection.workbench() is not mine
    connection.workbench().close()
