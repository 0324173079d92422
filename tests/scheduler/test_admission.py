from __future__ import annotations

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler import admission
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.spec import (
    CellRun,
    CommandRun,
    FunctionRun,
    JobSpec,
    NotebookRun,
    ScriptRun,
)
from ogai_lab.scheduler.types import Gpu, Node

GIB = 1 << 30


def node(name: str, cpus: float, gpus: int, memory: int) -> Node:
    return Node(
        name=name,
        state="busy",
        cpus=cpus,
        cpus_free=0,
        memory=memory * GIB,
        memory_free=0,
        gpus=[Gpu(index=index, name="gpu") for index in range(gpus)],
    )


NODES = [node("a", 8, 2, 16), node("b", 4, 4, 16)]
QUEUES = [QueueConfig(name="default"), QueueConfig(name="small", cpus=2, gpus=1)]


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({"gpus": 5}, "gpus", "gpus=5 a node is more than any node has (at most 4)"),
        ({"cpus": 9}, "cpus", "cpus=9 a node is more than any node has (at most 8)"),
        ({"processes": 9}, "processes", "9 processes a node want a core each"),
        ({"memory": "17GiB"}, "memory", "memory=17.0GiB a node is more than any node has"),
        ({"gpus": 2, "nodes": 4}, "nodes", "nodes=4 is more than fits: 3 of this size"),
        ({"gpus": 4, "cpus": 8}, "nodes", "nodes=1 is more than fits: 0 of this size"),
        ({"queue": "huge"}, "queue", "There is no queue 'huge'"),
        ({"queue": "small", "gpus": 2}, "gpus", "the queue 'small' allows 1 at once"),
        ({"queue": "small", "nodes": 3}, "cpus", "the queue 'small' allows 2 at once"),
    ],
)
def test_what_never_fits_is_refused_with_what_there_is(asked, field, says) -> None:
    spec = JobSpec.model_validate({"run": {"kind": "command", "argv": ["true"]}, **asked})
    with pytest.raises(InvalidInput) as refused:
        admission.check_size(spec, NODES, QUEUES)
    assert refused.value.field == field
    assert says in refused.value.message
    assert refused.value.action


def test_what_fits_when_all_is_free_is_admitted() -> None:
    spec = JobSpec(run=CommandRun(argv=["true"]), nodes=3, gpus=2, cpus=2, memory=8 * GIB)
    admission.check_size(spec, NODES, QUEUES)


FILES = {
    "good.py": b"print('\xc3\xa9')\n",
    "latin.py": b"# -*- coding: latin-1 -*-\nprint('\xe9')\n",
    "bad.py": b"x = 1\nif x\n    pass\n",
    "nul.py": b"x = 1\0",
    "run.sh": b"if [ x",
    "good.ipynb": b'{"cells": [], "nbformat": 4}',
    "bad.ipynb": b"{",
    "old.ipynb": b'{"worksheets": []}',
}


@pytest.mark.parametrize("run", [ScriptRun(path=p) for p in ("good.py", "latin.py", "run.sh")])
def test_a_good_program_passes(run) -> None:
    admission.check_program(JobSpec(run=run), FILES.get, lambda path: "")


@pytest.mark.parametrize(
    ("run", "field", "says"),
    [
        (ScriptRun(path="bad.py"), "run.path", "Line 2 of 'bad.py' has a syntax error"),
        (ScriptRun(path="nul.py"), "run.path", "nul.py"),
        (ScriptRun(path="none.py"), "run.path", "'none.py' is not there: gone"),
        (NotebookRun(path="bad.ipynb"), "run.path", "'bad.ipynb' is not a notebook"),
        (NotebookRun(path="old.ipynb"), "run.path", "format 4"),
        (FunctionRun(name="f", payload=""), "run.payload", "without its payload"),
        (CellRun(source="x = 1\n%matplotlib inline"), "run.source", "Line 2 of the cell"),
    ],
)
def test_a_program_that_cannot_start_is_refused(run, field, says) -> None:
    with pytest.raises(InvalidInput) as refused:
        admission.check_program(JobSpec(run=run), FILES.get, lambda path: "gone")
    assert refused.value.field == field
    assert says in refused.value.message


def test_another_python_is_not_judged_by_ours() -> None:
    spec = JobSpec(run=ScriptRun(path="bad.py"), python="/usr/bin/python2")
    admission.check_program(spec, FILES.get, lambda path: "")


@pytest.mark.parametrize(
    ("path", "inside"),
    [("a.py", "a.py"), ("./b/../a.py", "a.py"), ("/w/b/a.py", "b/a.py"), ("../a.py", None)],
)
def test_a_path_is_made_relative_to_the_folder(path, inside) -> None:
    spec = JobSpec(run=ScriptRun(path=path), workdir="/w")
    if inside is None:
        with pytest.raises(InvalidInput, match="outside"):
            admission.relative(spec)
    else:
        found = admission.relative(spec).run
        assert isinstance(found, ScriptRun)
        assert found.path == inside
