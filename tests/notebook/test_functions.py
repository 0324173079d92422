from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ogai_lab.core.errors import InvalidInput, TooLarge
from ogai_lab.notebook.functions import LARGEST, function_run
from ogai_lab.scheduler.spec import FunctionRun


def call_in_a_fresh_python(run: FunctionRun, folder: Path) -> str:
    """Unpickle and call where nothing of this process is to be found, as a rank would."""
    code = (
        "import base64, cloudpickle, sys\n"
        "f, args, kwargs = cloudpickle.loads(base64.b64decode(sys.stdin.read()))\n"
        "print(f(*args, **kwargs))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        input=run.payload,
        capture_output=True,
        text=True,
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        check=True,
        timeout=60,
    )
    return answer.stdout.strip()


def test_a_closure_travels(tmp_path: Path) -> None:
    factor = 6
    run = function_run(lambda x, y=0: factor * x + y, (7,), {"y": 1}, tmp_path)
    assert call_in_a_fresh_python(run, tmp_path) == "43"


def test_a_module_that_calls_another_far_one_travels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far, work = tmp_path / "far", tmp_path / "work"
    far.mkdir()
    work.mkdir()
    (far / "far_one.py").write_text("import far_two\ndef f(x):\n    return far_two.g(x) + 1\n")
    (far / "far_two.py").write_text("def g(x):\n    return 10 * x\n")
    monkeypatch.syspath_prepend(str(far))
    import far_one  # type: ignore[import-not-found]

    assert call_in_a_fresh_python(function_run(far_one.f, (4,), {}, work), work) == "41"


def test_a_module_of_the_working_folder_travels_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "near_one.py").write_text("def f():\n    return __file__\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import near_one  # type: ignore[import-not-found]

    run = function_run(near_one.f, (), {}, tmp_path)
    assert b"near_one" in base64.b64decode(run.payload)
    assert len(base64.b64decode(run.payload)) < 200  # by name, not by value


def test_what_cannot_travel_is_named(tmp_path: Path) -> None:
    lock = threading.Lock()
    with pytest.raises(InvalidInput, match="cannot travel") as caught:
        function_run(lambda: lock, (), {}, tmp_path)
    assert "inside the function" in caught.value.action


def test_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="64"):
        function_run(len, (pickle.PickleBuffer(bytes(LARGEST)).raw().tobytes(),), {}, tmp_path)
