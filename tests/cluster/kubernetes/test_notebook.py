"""The notebook on Kubernetes: every cell, on real kubelets, without a word of it changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.cluster.kubernetes.labs import configure
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = [pytest.mark.kubernetes, pytest.mark.kubelet, pytest.mark.timeout(300)]

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "kubernetes.ipynb"


def test_the_notebook_runs_two_real_nodes(plane: Plane, real_space: Space, tmp_path: Path) -> None:
    configure(tmp_path / "home", plane.kubeconfig, real_space, python=sys.executable)
    surroundings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OGAI_")},
        "OGAI_HOME": str(tmp_path / "home"),
        "OGAI_LANG": "en",
        "KUBECONFIG": str(tmp_path / "none"),
    }
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute(env=surroundings)
    shown = "\n".join(_texts(cell) for cell in notebook.cells)
    assert "jobs can run" in shown
    assert "the mean over 2 ranks is 0.5" in shown
    assert "kind: JobSet" in shown
    assert "✔ succeeded" in shown


def _texts(cell: Any) -> str:
    return "\n".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", ())
    )
