"""Each text is run, and must mean the spec that it was made from."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from ogai_lab.commands import verbs
from ogai_lab.commands.parser import parser
from ogai_lab.notebook import magics
from ogai_lab.scheduler.launch import equivalents
from ogai_lab.scheduler.spec import JobSpec

SCRIPT = {
    "kind": "script",
    "path": "train.py",
    "args": ["--lr", "0.1", "two words", "{x}", "$HOME"],
}
PARAMETERS = {"n": 3, "s": "3", "t": "a b", "l": [1, None]}
SPECS: list[dict[str, Any]] = [
    {"run": SCRIPT},
    {"run": SCRIPT, "nodes": 2, "processes": 4, "cpus": 1.5, "gpus": 1, "memory": "16GiB"},
    {"run": SCRIPT, "name": "it's {a} \"job\"", "queue": "big one", "priority": -3, "timeout": 60},
    {"run": SCRIPT, "restarts": {"limit": 3}, "environment": {"A": "b=c {d} $e", "B": "1\n2"}},
    {"run": SCRIPT, "labels": {"a": "b", "x": ""}, "include": ["src", "*.py"], "preload": ["re"]},
    {"run": SCRIPT, "restarts": {"limit": 2, "on": ["hang"], "delay": 5}, "python": "/bin/python3"},
    {"run": SCRIPT, "hang_timeout": 30.5},
    {"run": SCRIPT, "cluster": "a", "gpu": "H100", "volumes": [{"name": "c", "path": "/c"}]},
    {"run": SCRIPT, "workdir": None},
    {"run": {"kind": "script", "path": "odd name.py"}},
    {"run": {"kind": "script", "path": "start.sh"}},
    {"run": {"kind": "notebook", "path": "report.ipynb", "parameters": PARAMETERS}},
    {"run": {"kind": "module", "module": "pkg.main", "args": ["-m", "--", "x"]}},
    {"run": {"kind": "call", "function": "pkg.main:A.fit", "parameters": {"lr": 0.1, "on": True}}},
    {"run": {"kind": "command", "argv": ["sh", "-c", "echo $HOME {a} 'b'\ntrue"]}},
    {"run": {"kind": "command", "argv": ["echo", "--", "-x", ""]}},
    {"run": {"kind": "command", "argv": ["python", "train.py"]}},
    {"run": {"kind": "command", "argv": ["two words"]}},
    {"run": {"kind": "command", "argv": ["a:b"]}},
    {"run": {"kind": "command", "argv": ["--"]}},
    {"run": {"kind": "command", "argv": ["nvidia-smi"]}},
    {"run": {"kind": "cell", "source": "x = {'a': 1}\nprint(f'{x} $y')\n"}, "gpus": 1},
    {"run": {"kind": "cell", "source": "print('no newline at the end')"}},
    {"run": {"kind": "cell", "source": "print(1)\n"}, "environment": {"A": "1\n2"}},
]  # fmt: skip


@pytest.fixture(
    params=range(len(SPECS)), ids=lambda number: f"{number}-{SPECS[number]['run']['kind']}"
)
def spec(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> JobSpec:
    for file in ("train.py", "odd name.py", "start.sh", "report.ipynb"):
        (tmp_path / file).touch()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return JobSpec.model_validate({"workdir": str(tmp_path), **SPECS[request.param]})


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> list[JobSpec]:
    """The specs that were handed in, instead of jobs that run."""
    found: list[JobSpec] = []

    def submit(spec: JobSpec, _workbench: object) -> Any:
        found.append(spec)
        raise _HandedInError

    monkeypatch.setattr(verbs, "submit", submit)
    monkeypatch.setattr("ogai_lab.notebook.actions.workbench", object)
    monkeypatch.setattr("ogai_lab.notebook.magics.workbench", object)
    return found


class _HandedInError(Exception):
    pass


def test_python_means_the_spec(spec: JobSpec, submitted: list[JobSpec]) -> None:
    with pytest.raises(_HandedInError):
        exec(equivalents.of(spec).python, {})
    assert submitted == [spec]


def test_the_command_line_means_the_spec(spec: JobSpec) -> None:
    program, *words = shlex.split(equivalents.of(spec).command)
    assert program == "ogai"
    arguments = parser("terminal").parse_args(words)
    assert (verbs.spec_of(arguments.spec) if arguments.spec else verbs.run_spec(arguments)) == spec


def test_the_magic_means_the_spec(spec: JobSpec, submitted: list[JobSpec]) -> None:
    shell = InteractiveShell.instance()
    shell.register_magics(magics.OgaiMagics)
    shell.user_ns.update(x="wrong", a="wrong", e="wrong", HOME="wrong", d="wrong")
    result = shell.run_cell(equivalents.of(spec).magic)
    assert isinstance(result.error_in_exec, _HandedInError), result
    assert submitted == [spec]


def test_short_forms_are_short(tmp_path: Path) -> None:
    spec = JobSpec.model_validate({"run": SCRIPT, "gpus": 2, "workdir": str(tmp_path)})
    code = equivalents.of(spec)
    assert code.command.startswith("ogai run --gpus=2 --workdir=")
    assert code.command.endswith("-- train.py --lr 0.1 'two words' '{x}' '$HOME'")
    assert "ogai.run(" in code.python
