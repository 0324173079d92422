from __future__ import annotations

from pathlib import Path

import pytest

from ogai_lab.commands.runs import from_words
from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.spec import CallRun, CommandRun, ModuleRun, NotebookRun, ScriptRun


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    for name in ("train.py", "sub/report.ipynb", "my script.py"):
        (work / name).write_text("")
    (tmp_path / "outside.py").write_text("")
    return work


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (["train.py", "--lr", "1"], ScriptRun(path="train.py", args=["--lr", "1"])),
        (["python", "train.py", "x y"], ScriptRun(path="train.py", args=["x y"])),
        (["./train.py"], ScriptRun(path="train.py")),
        (["my script.py"], ScriptRun(path="my script.py")),
        (["sub/report.ipynb"], NotebookRun(path="sub/report.ipynb")),
        (["echo 'a b' c"], CommandRun(argv=["echo", "a b", "c"])),
        (["python", "-m", "http.server", "-d"], ModuleRun(module="http.server", args=["-d"])),
        (["python", "-m"], CommandRun(argv=["python", "-m"])),
        (["pkg.main:Model.fit"], CallRun(function="pkg.main:Model.fit")),
        (["host:80"], CommandRun(argv=["host:80"])),
    ],
)
def test_words_mean_runs(folder: Path, words: list[str], run: object) -> None:
    assert from_words(words, folder) == run


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ([], "run"),
        (["  "], "run"),
        (["missing.py"], "path"),
        (["../outside.py"], "path"),
        (["sub/report.ipynb", "--x"], "args"),
        (["echo 'open"], "run"),
    ],
)
def test_what_cannot_run_is_refused_with_its_field(
    folder: Path, words: list[str], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_words(words, folder)
    assert caught.value.field == field
    assert caught.value.action
