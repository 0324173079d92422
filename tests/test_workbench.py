"""The workbench: services when they are first used, here or over there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.client import connect, has_server
from ogai_lab.core.errors import InvalidInput, Unavailable
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.workbench import Workbench, service_types


def test_making_one_touches_nothing(home: Home) -> None:
    with Workbench.local(home):
        assert list(home.path.iterdir()) == []


def test_every_service_is_there_and_is_made_once(home: Home) -> None:
    with Workbench.local(home, lead=False) as workbench:
        services = workbench.services()
        assert [type(service) for service in services] == list(service_types().values())
        assert workbench.services() == services
        assert workbench.scheduler is workbench.service("scheduler")
    workbench.close()  # once more does nothing


def test_routes_and_resources_are_each_ones_own() -> None:
    kinds = service_types().values()
    assert len({kind.route for kind in kinds}) == len(kinds)
    assert all(kind.resource.startswith("ogai:") for kind in kinds)


def test_the_node_is_this_machine(home: Home) -> None:
    with Workbench.local(home, lead=False) as workbench:
        (node,) = workbench.scheduler.nodes()
        machine = workbench.cluster.machine()
        assert (node.name, node.cpus, node.memory) == (machine.name, machine.cpus, machine.memory)


def test_one_of_two_leads_and_the_other_serves(home: Home) -> None:
    with Workbench.local(home) as first, Workbench.local(home, lead=False) as second:
        first.scheduler.queues()
        job = second.scheduler.submit(
            JobSpec(run=CommandRun(argv=["echo", "hello"])), Caller.local()
        )
        texts = [
            record.text
            for chunk in second.scheduler.follow(job.id, kind=["text"])
            for record in chunk.records
        ]
        assert texts == ["hello"]
        assert first.leads
        assert not second.leads


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be made") as caught:
        Workbench.local(tmp_path / "file" / "home")
    assert "OGAI_HOME" in caught.value.action


def test_both_workbenches_answer_the_same(server: Any) -> None:
    with (
        Workbench.connect(server.url, server.token) as there,
        Workbench.local(server.folder / "home", lead=False) as here,
    ):
        spec = JobSpec(run=CommandRun(argv=["echo", "a\u2028b"]), labels={"x": "y=z"})
        job = there.scheduler.submit(spec, Caller("nobody"))
        assert job.owner == Caller.local().name  # who calls is not for the caller to say
        *_, last = there.scheduler.follow(job.id)
        assert last.ended
        assert there.scheduler.job(job.id) == here.scheduler.job(job.id)
        assert there.scheduler.logs(job.id) == here.scheduler.logs(job.id)
        assert there.scheduler.attempts(job.id) == here.scheduler.attempts(job.id)
        assert there.scheduler.jobs(label=["x=y=z"]) == here.scheduler.jobs(label=["x=y=z"])
        assert there.activity.events() == here.activity.events()
        assert there.models.models() == here.models.models() == []
        assert there.data.runs() == here.data.runs() == []


def test_connecting_takes_the_environments_server(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OGAI_URL", raising=False)
    assert not has_server()
    with pytest.raises(Unavailable, match="no Jupyter server") as caught:
        connect()
    assert "connect(" in caught.value.action
    monkeypatch.setenv("OGAI_URL", f"{server.url}/ogai")
    monkeypatch.setenv("OGAI_TOKEN", server.token)
    assert has_server()
    with connect() as workbench:
        assert workbench.activity.last() >= 0
    with connect(f"{server.url}/lab?token={server.token}") as workbench:
        assert workbench.activity.last() >= 0


def test_importing_brings_nothing_heavy() -> None:
    heavy = {"torch", "transformers", "kubernetes", "pyarrow", "numpy", "matplotlib", "tokenizers"}
    code = (
        "import sys; from ogai_lab.workbench import service_types; service_types();"
        f"print({sorted(heavy)!r} and sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
