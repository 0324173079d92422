from collections.abc import Callable
from pathlib import Path

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import InvalidInput, Unavailable
from ogai_lab.data import executors, reading
from ogai_lab.data.course import Run
from ogai_lab.data.types import Pipeline, StageSpec

Make = Callable[..., Pipeline]
PLAIN = {"tokenizer": None, "packing": None}


def test_dask_gives_the_same_bytes_as_processes(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)
    stages = [*make().stages, StageSpec(stage="exact")]
    pipeline = make(stages=stages, **PLAIN)
    with executors.executor("processes", 1) as pool:
        expected = Run(pipeline, BlobStore(tmp_path / "here"), pool, out=str(tmp_path / "a"))()
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        executors.executor(cluster.scheduler_address) as pool,
    ):
        found = Run(pipeline, BlobStore(tmp_path / "dask"), pool, out=str(tmp_path / "b"))()
    assert found == expected
    for file in (tmp_path / "a").rglob("*.parquet"):
        assert file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()


def test_what_is_no_executor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="'gpu'"), executors.executor("gpu"):
        pass
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_CONNECT_SECONDS", 0.2)
    with pytest.raises(Unavailable, match="Dask"), executors.executor("tcp://127.0.0.1:1"):
        pass
