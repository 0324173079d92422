"""Blobs: whole or not at all, and never other bytes than their name says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ogai_lab.core.blobs import BlobStore, Digest, check_digest, digest_of
from ogai_lab.core.errors import Corrupt, InvalidInput, NotFound, StorageFull


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "folder":
        return BlobStore(tmp_path / "blobs")
    return BlobStore(f"memory://{uuid.uuid4().hex}/blobs")


def test_what_is_put_is_got(store: BlobStore, tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    digest = store.put(data)
    assert digest == digest_of(data) == store.put(data)
    (tmp_path / "file").write_bytes(data)
    assert store.put_file(tmp_path / "file") == digest
    assert (store.get(digest), store.size(digest), store.exists(digest)) == (data, len(data), True)
    store.fetch(digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data
    assert list(store.digests()) == [digest]


def test_what_is_not_there_is_said_so(store: BlobStore, tmp_path: Path) -> None:
    digest = digest_of(b"absent")
    assert not store.exists(digest)
    with pytest.raises(NotFound, match=digest):
        store.get(digest)
    with pytest.raises(NotFound):
        store.fetch(digest, tmp_path / "copy")
    assert list(tmp_path.glob("copy*")) == []


@pytest.mark.parametrize(
    "name", ["", "sha256:", "../../etc/passwd", "sha256:" + "A" * 64, "sha256:" + "0" * 63 + "/"]
)
def test_a_name_that_is_no_digest_reaches_no_file(store: BlobStore, name: str) -> None:
    for call in (store.get, store.exists, store.open, store.size, store.path, check_digest):
        if store.path(digest_of(b"")) is None and call == store.path:
            continue
        with pytest.raises(InvalidInput):
            call(Digest(name))


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs")
    digest = store.put(b"model weights")
    path = store.path(digest)
    assert path is not None
    path.chmod(0o644)
    path.write_bytes(b"model weightr")
    with pytest.raises(Corrupt, match=digest):
        store.get(digest)
    with pytest.raises(Corrupt):
        store.fetch(digest, tmp_path / "copy")
    assert list(tmp_path.glob("copy*")) == []


def test_a_flipped_bit_in_a_remote_store_is_found() -> None:
    import fsspec

    root = f"{uuid.uuid4().hex}/blobs"
    store = BlobStore(f"memory://{root}")
    digest = store.put(b"model weights")
    (name,) = fsspec.filesystem("memory").find(root)
    fsspec.filesystem("memory").pipe_file(name, b"other")
    with pytest.raises(Corrupt):
        store.get(digest)


def test_collect_keeps_what_is_reachable_or_young(store: BlobStore) -> None:
    kept, dropped = store.put(b"kept"), store.put(b"dropped")
    assert store.collect({kept}) == 0  # both are young
    assert store.collect({kept}, older_than=-60) == len(b"dropped")
    assert list(store.digests()) == [kept]
    assert not store.exists(dropped)


def test_kill_in_the_middle_of_a_write_leaves_no_blob(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "source")
    code = (
        "import sys; from ogai_lab.core.blobs import BlobStore;"
        "BlobStore(sys.argv[1]).put_file(sys.argv[2])"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "blobs"), str(tmp_path / "source")]
    )
    with (tmp_path / "source").open("wb") as source:
        source.write(b"half of it" * 300_000)  # more than one block; the reader waits for more
        source.flush()
        _wait_for(lambda: any(f.stat().st_size for f in (tmp_path / "blobs/tmp").glob("*")))
        writer.send_signal(signal.SIGKILL)
        writer.wait(10)
    store = BlobStore(tmp_path / "blobs")
    assert list(store.digests()) == []
    store.collect(set(), older_than=-60)
    assert [f for f in (tmp_path / "blobs").rglob("*") if f.is_file()] == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)],
            check=False,
            capture_output=True,
        ).returncode
    )
    if not mounted:
        pytest.skip("mounting a tiny tmpfs needs root with CAP_SYS_ADMIN")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_nothing(tiny_disk: Path, tmp_path: Path) -> None:
    store = BlobStore(tiny_disk / "blobs")
    small = store.put(b"small")
    (tmp_path / "large").write_bytes(os.urandom(1 << 20))
    with pytest.raises(StorageFull, match="no space left"):
        store.put((tmp_path / "large").read_bytes())
    with pytest.raises(StorageFull):
        store.put_file(tmp_path / "large")
    with pytest.raises(StorageFull):
        BlobStore(tmp_path / "other").fetch(
            BlobStore(tmp_path / "other").put_file(tmp_path / "large"), tiny_disk / "copy"
        )
    files = [file for file in tiny_disk.rglob("*") if file.is_file()]
    assert files == [store.path(small)]


def _wait_for(condition: object, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
