"""The agent must run on an image's Python, whichever it is: 3.9 or newer, nothing installed."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ogai_lab.core.records
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler import agent
from ogai_lab.scheduler.engines.archive import agent_archive
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local import LocalEngine
from ogai_lab.scheduler.spec import CellRun, JobSpec

SOURCES = [*Path(agent.__path__[0]).glob("*.py"), Path(ogai_lab.core.records.__file__)]
# What a rank may import when it needs it.
INSTALLED = {"cloudpickle", "IPython", "nbclient", "nbformat", "zmq"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_it_is_python_3_9_and_imports_the_standard_library_alone(path):
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            allowed = name.startswith(("ogai_lab.scheduler.agent", "ogai_lab.core"))
            top = name.split(".")[0]
            assert allowed or top in sys.stdlib_module_names or top in INSTALLED, name


def test_the_archive_is_made_once_and_runs_with_nothing_installed(tmp_path):
    archive = agent_archive(tmp_path)
    before = archive.stat().st_mtime_ns
    assert agent_archive(tmp_path) == archive
    assert archive.stat().st_mtime_ns == before
    assert list(tmp_path.iterdir()) == [archive]
    done = subprocess.run(
        [sys.executable, "-I", "-S", archive, "x"], capture_output=True, text=True
    )
    assert done.stderr.strip() == "'x' is not agent, pod, spare, warm or rank"


def test_a_rank_finds_the_archives_log_and_the_rest_of_what_is_installed(tmp_path):
    archive = agent_archive(tmp_path)
    code = "from ogai_lab.core import errors, records\nprint(records.__file__, errors.__file__)"
    root = str(Path(ogai_lab.core.records.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": f"{archive}{os.pathsep}{root}"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        cwd=tmp_path,
    )
    first, second = done.stdout.split()
    assert first.startswith(str(archive))
    assert second.startswith(root)


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12", "3.13"])
def test_ranks_run_on_other_pythons(tmp_path, version):
    """The warm parent, too, is the job's Python, not ours."""
    python = other_python(version)
    home = Home.open(tmp_path)
    engine = LocalEngine(home, BlobStore(home.blobs_url), list, spare_seconds=0)
    source = "import sys, ogai_lab.core.records as r\nr.log({'x': 1})\nprint(*sys.version_info[:2])"
    spec = JobSpec(run=CellRun(source=source), python=python, preload=["json"])
    placements = (Placement(node="n"),)
    engine.start(
        Order(job_id="j", owner="a", spec=spec, placements=placements, attempt=1, restarts_left=0)
    )
    while engine.look("j").state != "ended":
        time.sleep(0.02)
    said = engine.read("j", 0).records
    assert [r["text"] for r in said if r["kind"] == "text"] == [version.replace(".", " ")]
    assert [r["metrics"] for r in said if r["kind"] == "metric"] == [{"x": 1.0}]
    assert not [r for r in said if r.get("name") == "not_warm"]


def other_python(version):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    own = (Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python")
    for python in [shutil.which(f"python{version}"), *map(str, own)]:
        if python is not None:
            done = subprocess.run([python, "-c", code], capture_output=True, text=True)
            if done.stdout.strip() == version:
                return python
    return pytest.skip(f"python{version} is not on this machine")
