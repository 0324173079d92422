"""Previews, what is free, and templates, on a real scheduler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.errors import Conflict, InvalidInput, NotFound, TooLarge
from ogai_lab.core.events import EventLog
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.launch.service import Launch
from ogai_lab.scheduler.launch.templates import SCHEMA
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import JobState

from ..conftest import ME, Bench

BOB = Caller("bob")
TRUE = {"kind": "command", "argv": ["true"]}


@pytest.fixture
def launch(bench: Bench) -> Launch:
    database = bench.scheduler.ground.database
    return Launch(database, EventLog(database), bench.scheduler)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".venv").mkdir(parents=True)
    (folder / "train.py").write_text("print('hello')\n")
    (folder / "data.bin").write_bytes(b"0" * 1000)
    (folder / ".gitignore").write_text("*.bin\n")
    return folder


def test_a_preview_says_what_would_happen_and_does_nothing(
    bench: Bench, launch: Launch, project: Path
) -> None:
    spec = {"run": {"kind": "script", "path": "train.py"}, "workdir": str(project), "gpus": 1}
    before = set(bench.home.path.rglob("*"))
    shown = launch.preview(spec, ME)
    assert shown.problems == []
    assert shown.luggage is not None
    assert (shown.luggage.files, shown.luggage.left_out_count) == (2, 2)
    assert {one.path for one in shown.luggage.left_out} == {"data.bin", ".venv/"}
    assert [(part.node, part.gpus) for part in shown.placement] == [("here", [0])]
    assert shown.explanation is not None
    assert shown.explanation.starts_in == 0
    assert shown.code is not None
    assert "train.py" in shown.code.python
    assert bench.scheduler.jobs().total == 0
    assert set(bench.home.path.rglob("*")) - before == set()


def test_a_preview_says_what_it_would_wait_for(bench: Bench, launch: Launch) -> None:
    holder = bench.shell("sleep 30", cpus=3, timeout=600)
    bench.until(lambda: bench.scheduler.job(holder.id).state, lambda s: s is JobState.RUNNING)
    shown = launch.preview({"run": TRUE, "cpus": 2}, ME)
    assert shown.placement == []
    assert shown.explanation is not None
    assert shown.explanation.reasons[0].code == "waits_for_cpus"
    assert shown.explanation.starts_in is not None
    assert 500 < shown.explanation.starts_in <= 600
    assert [one.id for one in shown.explanation.ahead] == [holder.id]
    free = launch.free()
    default, small = free.queues
    assert (default.free.cpus, default.largest.cpus, default.limited) == (1, 1, False)
    assert (small.name, small.free.cpus, small.free.gpus, small.limited) == ("small", 1, 0, True)
    assert [(one.job, one.room.cpus) for one in free.releases] == [(holder.id, 3)]
    bench.scheduler.cancel(holder.id, ME)


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({}, ["run"]),
        ({"run": {"kind": "script"}}, ["run.path"]),
        ({"run": TRUE | {"argv": []}, "nodes": 0, "bad": 1}, ["run.argv", "nodes", "bad"]),
        ({"run": {"kind": "call", "function": "no colon"}}, ["run.function"]),
        ({"run": TRUE, "queue": "none", "labels": {"": "x"}}, ["labels", "queue"]),
        ({"run": TRUE, "gpus": 9, "workdir": "/no/such"}, ["gpus", "workdir"]),
        ({"run": {"kind": "script", "path": "a.py"}, "workdir": "/no/such"}, ["workdir"]),
    ],
)  # fmt: skip
def test_every_problem_names_its_field(
    launch: Launch, spec: dict[str, Any], fields: list[str]
) -> None:
    shown = launch.preview(spec, ME)
    assert [problem.field for problem in shown.problems] == fields
    assert all(problem.message for problem in shown.problems)
    assert shown.explanation is None


def test_a_missing_script_is_told_with_what_travels(launch: Launch, project: Path) -> None:
    spec = {"run": {"kind": "script", "path": "data.bin"}, "workdir": str(project)}
    shown = launch.preview(spec, ME)
    (problem,) = shown.problems
    assert problem.field == "run.path"
    assert "ignored by .gitignore" in problem.message
    assert shown.luggage is not None


def test_templates_are_kept_shared_renamed_and_removed(bench: Bench, launch: Launch) -> None:
    launch.save("small", {"nodes": 1}, ME)
    launch.save("big", {"nodes": 8, "run": TRUE}, ME, shared=True)
    assert [one.name for one in launch.templates(ME)] == ["big", "small"]
    assert [(one.name, one.owner) for one in launch.templates(BOB)] == [("big", "ann")]
    launch.save("big", {"nodes": 9}, BOB)
    assert [(one.owner, one.spec["nodes"]) for one in launch.templates(BOB)] == [
        ("bob", 9),
        ("ann", 8),
    ]
    assert launch.rename("small", "tiny", ME).name == "tiny"
    with pytest.raises(Conflict, match="already"):
        launch.rename("tiny", "big", ME)
    with pytest.raises(NotFound):
        launch.remove("tiny", BOB)
    launch.remove("tiny", ME)
    told = [
        e.data for e in EventLog(bench.scheduler.ground.database).read(0) if e.schema_id == SCHEMA
    ]
    assert [one["action"] for one in told] == ["saved"] * 3 + ["renamed", "removed"]
    assert [one["name"] for one in told] == ["small", "big", "big", "tiny", "tiny"]


def test_a_template_holds_fields_of_a_job_and_not_too_much(launch: Launch) -> None:
    with pytest.raises(InvalidInput) as unknown:
        launch.save("bad", {"node": 1}, ME)
    assert unknown.value.field == "spec.node"
    with pytest.raises(TooLarge):
        launch.save("bad", {"run": {"kind": "cell", "source": "x" * 300_000}}, ME)
    with pytest.raises(InvalidInput):
        launch.save("  ", {}, ME)


def test_a_function_by_its_name_runs(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text("def add(a, b=1):\n    print(a + b)\n    return a + b\n")
    run = {"kind": "call", "function": "thing:add", "parameters": {"a": 41}}
    job = bench.scheduler.submit(JobSpec.model_validate({"run": run, "workdir": str(tmp_path)}), ME)
    job = bench.over(job.id, 60)
    assert job.state is JobState.SUCCEEDED, job.exit
    assert job.name == "add"
    assert "42" in bench.text(job.id)
