"""`notebooks/data.ipynb` from pages to shards, and the dashboard over the home that it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebook.conftest import ROOT

pytestmark = pytest.mark.slow

_SECONDS = 300
_LOOK = """
wall = DataWall()
wall.refresh()
print(wall._figures.value, wall._body.value, wall._report.value)
"""


def executed(name: str, home: Path, more: str = "") -> Any:
    """Return a notebook with what its cells, and one more, have shown."""
    notebook: Any = nbformat.read(ROOT / "notebooks" / name, as_version=4)  # type: ignore[no-untyped-call]
    if more:
        notebook.cells.append(nbformat.v4.new_code_cell(more))  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=_SECONDS, kernel_name="python3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OGAI_HOME", str(home))
        patch.setenv("OGAI_LANG", "en")
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.delenv("OGAI_URL", raising=False)
        client.execute()
    return notebook


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def notebook(home: Path) -> Any:
    return executed("data.ipynb", home)


def shown(notebook: Any, code: str) -> dict[str, str]:
    """Return the forms of what the cell that begins so has shown last."""
    (cell,) = [cell for cell in notebook.cells if cell.source.startswith(code)]
    return dict(cell.outputs[-1].get("data", {}))


def test_pages_become_shards_and_everything_is_accounted_for(notebook: Any) -> None:
    funnel = shown(notebook, "run.funnel()")["text/plain"]
    for reason in ("damaged", "gambling", "exact_duplicate", "near_duplicate"):
        assert f"dropped: {reason}" in funnel
    document = shown(notebook, "called = ")["text/html"]
    assert "<del>13800138000</del><ins>&lt;PHONE&gt;</ins>" in document
    report = shown(notebook, "run.report()")["text/html"]
    assert "<svg" in report
    assert "<script" not in report
    assert "minhash" in report
    assert "too_short" in shown(notebook, "strict = ")["text/plain"]
    made = shown(notebook, "run.export")["text/plain"]
    for file in ("corpus/ledger.parquet", "jsonl/documents.jsonl.zst", "megatron/corpus.bin"):
        assert file in made


def test_the_dashboard_shows_the_newest_run(notebook: Any, home: Path) -> None:
    wall = executed("dashboards/data.ipynb", home, _LOOK)
    page = "".join(output.get("text", "") for output in wall.cells[-1].outputs)
    for part in ("MB/s per core", "Newest runs", "near_duplicate", "og-tile", "<svg"):
        assert part in page
