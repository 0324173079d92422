"""A job's records as they lie in a home folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from ogai_lab.scheduler.logs.source import Source

JOB = "job"


@pytest.fixture
def file(home: Home) -> Path:
    """The file of the job's records; there is none yet."""
    (home.jobs / JOB).mkdir(parents=True)
    return home.jobs / JOB / "records.jsonl"


@pytest.fixture
def source(home: Home, file: Path) -> Source:
    return Source(LocalEngine(home, BlobStore(home.blobs_url), list), JOB)


@pytest.fixture
def say(file: Path) -> Callable[..., None]:
    """Return a function that writes lines as a rank's program would print them."""

    def write(*lines: str, rank: int = 0, stream: str = "stdout", now: float = 100.0) -> None:
        text = "".join(f"{line}\n" for line in lines)
        with file.open("ab") as out:
            out.write(records.TextRecords(rank, stream).feed(text.encode(), now))

    return write
