"""The wheel as a stranger gets it: into a bare environment, on a machine without Node."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
_COLOUR = re.compile(r"\x1b\[\d*m")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree with the front end that is built in it."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(
        *(sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation"),
        *("--python", sys.executable, "--out-dir", str(folder), str(ROOT)),
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel and what it needs, nothing else."""
    folder = tmp_path_factory.mktemp("bare") / "env"
    _run(sys.executable, "-m", "uv", "venv", "--python", sys.executable, str(folder))
    python = str(folder / "bin" / "python")
    _run(sys.executable, "-m", "uv", "pip", "install", "--python", python, str(wheel))
    return folder


def _run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | environment if environment else None,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _inside(environment: Path, *command: str) -> str:
    """Run a command of the bare environment with nothing else on the path, Node least of all."""
    binaries = environment / "bin"
    home = environment.parent / "home"
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(binaries / command[0]), *command[1:]],
        capture_output=True,
        text=True,
        env={"PATH": str(binaries), "HOME": str(home), "LANG": "C.UTF-8"},
        cwd=home,
        timeout=120,
    )
    return _COLOUR.sub("", done.stdout + done.stderr)


def test_the_wheel_holds_every_part_and_nothing_of_the_workshop(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    data = next(name.split("/")[0] for name in names if ".data/" in name) + "/data"
    for needed in (
        "ogai_lab/py.typed",
        "ogai_lab_server/app.py",
        "ogai_lab/locale/zh_CN/LC_MESSAGES/ogai_lab.json",
        "ogai_lab/notebook/widgets/built/chart.js",
        "ogai_lab/notebook/widgets/built/chart.css",
        f"{data}/share/jupyter/labextensions/@ogai/lab/package.json",
        f"{data}/share/jupyter/labextensions/@ogai/lab/install.json",
        f"{data}/share/jupyter/labextensions/@ogai/lab/static/style.js",
        f"{data}/share/jupyter/labextensions/@ogai/lab/schemas/@ogai/lab/jobs.json",
        f"{data}/etc/jupyter/jupyter_server_config.d/ogai_lab_server.json",
        f"{data}/share/jupyter/ogai_lab/notebooks/quickstart.ipynb",
    ):
        assert needed in names, needed
    assert not [name for name in names if "node_modules" in name or name.endswith(".map")]
    assert not [name for name in names if name.startswith(("tests/", "labextension/"))]
    assert wheel.stat().st_size < 5_000_000


def test_both_extensions_are_on_after_installing(environment: Path) -> None:
    servers = _inside(environment, "jupyter-server", "extension", "list")
    assert "ogai_lab_server enabled" in servers
    assert "OK" in servers.partition("Validating ogai_lab_server")[2]
    assert "@ogai/lab v0.1.0 enabled OK" in _inside(environment, "jupyter-labextension", "list")


def test_the_command_answers_and_the_base_has_no_torch(environment: Path) -> None:
    assert "usage: ogai" in _inside(environment, "ogai", "--help").lower()
    heavy = "import importlib.util as u; print([m for m in ('torch', 'pyarrow') if u.find_spec(m)])"
    assert _inside(environment, "python", "-c", heavy).strip() == "[]"


def test_a_missing_part_says_which_command_adds_it(environment: Path) -> None:
    script = "from ogai_lab.core.errors import require; require('torch', 'training')"
    assert "pip install 'ogai-lab[training]'" in _inside(environment, "python", "-c", script)
