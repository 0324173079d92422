import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.checking import canonical
from ogai_lab.data.types import Pipeline, PythonStdlib

Make = Callable[..., Pipeline]
REPOSITORY = Path(__file__).parents[2]


def start(store: BlobStore, digest: str, workers: int = 2) -> subprocess.Popen[str]:
    environment = os.environ | {"OGAI_BLOBS_URL": store.url, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "ogai_lab.data.runner", digest, "--workers", str(workers)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(store: BlobStore, digest: str, workers: int = 2) -> str:
    process = start(store, digest, workers)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return out.split("manifest")[-1].split()[-1].split("=")[-1]


@pytest.mark.slow
def test_killed_and_run_again_it_gives_the_same_bytes(make: Make, tmp_path: Path) -> None:
    pipeline = make(sources=[PythonStdlib(fraction=0.06)])
    calm, rough = BlobStore(tmp_path / "calm"), BlobStore(tmp_path / "rough")
    digest = calm.put(canonical(pipeline))
    rough.put(canonical(pipeline))
    expected = finish(calm, digest, workers=1)
    for tasks in (1, 4):
        process = start(rough, digest)
        deadline = time.monotonic() + 120
        while len(list(tmp_path.glob("rough/tasks/*/*.json"))) < tasks:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        _, alive = psutil.wait_procs(children, timeout=60)
        assert not alive
    before = len(list(tmp_path.glob("rough/tasks/*/*.json")))
    assert before >= 4
    assert finish(rough, digest) == expected


@pytest.mark.parametrize(
    ("digest", "last"),
    [
        ("sha256:" + "0" * 64, "has no blob"),
        ("nonsense", "is not a digest"),
        ("other", "This field is not known"),
    ],
)
def test_the_last_line_says_what_is_wrong(tmp_path: Path, digest: str, last: str) -> None:
    store = BlobStore(tmp_path)
    process = start(store, store.put(b'{"nothing": 1}') if digest == "other" else digest)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert last in err.splitlines()[-1]
    assert "Traceback" not in err + out
