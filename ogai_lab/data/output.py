"""The folder that a run writes its documents into: one run's at a time, and of one pipeline only.

out/documents/part-00000.parquet …   the kept documents
out/heldout.jsonl  ledger.parquet    what was held out, what was dropped and why
out/manifest.json                    written last: a folder that has it is whole
out/_ogai_run.json                   whose folder it is
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict, InvalidInput, StorageFull

MANIFEST = "manifest.json"
MARKER = "_ogai_run.json"
LOCK = "_ogai.lock"
_LEFT = re.compile(r"\.[0-9a-f]{32}\.part$")
"""Ends the name of a file that is not whole yet, or never was: its writer was killed."""
_CHUNK = 1 << 20
_BEAT_SECONDS = 15.0
_STALE_SECONDS = 90.0


class Output:
    """An output folder.

    Parameters
    ----------
    url
        A folder, or any URL that fsspec opens (``s3://bucket/prefix``, ``memory://x``).
    """

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs

        self.url = url
        self._fs, root = url_to_fs(url)
        self._root: str = root.rstrip("/")
        self._local = Path(self._root) if "file" in _protocols(self._fs) else None

    @contextlib.contextmanager
    def held(self, run: str) -> Iterator[None]:
        """Hold the folder for the run of a pipeline, while the block lasts.

        Parameters
        ----------
        run
            The pipeline's digest. A folder that a run of the same pipeline has begun is gone on
            with; its manifest is taken away until the new one is whole.

        Raises
        ------
        Conflict
            When another run writes into it now, it is of another pipeline, or it holds files that
            no run of ours wrote.
        InvalidInput
            When the folder cannot be made.
        """
        try:
            self._fs.makedirs(self._root, exist_ok=True)
        except OSError as exc:
            raise InvalidInput(
                f"The output folder {self.url!r} cannot be made: {exc.strerror or exc}.",
                action="Give a folder that you can write, as out=…",
                field="out",
            ) from exc
        with self._flock() if self._local is not None else self._beat():
            self._claim(run)
            yield

    def path(self, name: str) -> str:
        """Return the address of a file in it, as this folder's file system names it."""
        return f"{self._root}/{name}"

    def digest(self, name: str) -> Digest | None:
        """Return the digest of a file's bytes, None when there is no such file."""
        hasher = hashlib.sha256()
        try:
            with self._fs.open(self.path(name), "rb") as file:
                while block := file.read(_CHUNK):
                    hasher.update(block)
        except FileNotFoundError:
            return None
        return Digest(f"sha256:{hasher.hexdigest()}")

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Give a file to write; it has its name when the block ends well, else it is not there.

        Raises
        ------
        StorageFull
            When it does not fit.
        """
        target = self.path(name)
        self._fs.makedirs(target.rpartition("/")[0], exist_ok=True)
        temporary = f"{target}.{uuid.uuid4().hex}.part"
        try:
            if self._local is None:
                # An object store shows an object when it is whole, and has no cheap rename.
                with self._fs.open(target, "wb") as file:
                    yield file
                return
            with Path(temporary).open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except OSError as exc:
            if exc.errno in (28, 122):  # ENOSPC, EDQUOT
                raise StorageFull(
                    f"There is no space left for {self.url!r}.",
                    cause="Nothing half-written was kept.",
                    action="Free some space, then run it again: it goes on where it was.",
                ) from exc
            raise
        finally:
            if self._local is not None:
                Path(temporary).unlink(missing_ok=True)

    def put_blob(self, name: str, blobs: BlobStore, digest: Digest) -> None:
        """Write a stored blob into a file, unless it is that already."""
        if self.digest(name) == digest:
            return
        with self.writing(name) as out, blobs.open(digest) as file:
            while block := file.read(_CHUNK):
                out.write(block)

    def finish(self, manifest: bytes, documents: list[str]) -> None:
        """Take away parts of an earlier run of this pipeline, and write the manifest."""
        kept = {self.path(name) for name in documents}
        folder = self.path("documents")
        found = self._fs.find(folder) if self._fs.exists(folder) else []
        for name in found:
            ours = str(name).rpartition("/")[2].startswith("part-")
            if ours and str(name) not in kept:
                self._fs.rm_file(name)
        with self.writing(MANIFEST) as file:
            file.write(manifest)

    def _claim(self, run: str) -> None:
        try:
            owner = json.loads(self._fs.cat_file(self.path(MARKER)))["pipeline"]
        except FileNotFoundError:
            owner = None
        except (ValueError, KeyError, TypeError):
            owner = "unknown"
        if owner is None:
            names = (str(name).rstrip("/") for name in self._fs.ls(self._root, detail=False))
            if others := [n for n in names if not n.endswith(f"/{LOCK}") and not _LEFT.search(n)]:
                raise Conflict(
                    f"The output folder {self.url!r} holds other files ({len(others)}).",
                    cause="A run writes into a new or empty folder, so that nothing is mixed.",
                    action="Give another folder as out=…, or empty this one.",
                )
            with self.writing(MARKER) as file:
                file.write(json.dumps({"pipeline": run}).encode())
        elif owner != run:
            raise Conflict(
                f"The output folder {self.url!r} is of another run.",
                cause=f"It was written by the pipeline {owner[:19]}…, this one is {run[:19]}….",
                action="Give another folder as out=…, or remove this one.",
            )
        if self._fs.exists(self.path(MANIFEST)):
            self._fs.rm_file(self.path(MANIFEST))
        if self._local is not None:  # nobody else writes here now
            for left in self._local.rglob("*.part"):
                if _LEFT.search(left.name):
                    left.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _flock(self) -> Iterator[None]:
        with Path(self.path(LOCK)).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise self._taken() from exc
            yield  # the lock ends with the file, and with this process

    @contextlib.contextmanager
    def _beat(self) -> Iterator[None]:
        """Hold a folder without locks: by a file that its holder writes again and again."""
        mine = uuid.uuid4().hex
        if self._holder() not in (None, mine):
            raise self._taken()
        over = threading.Event()
        self._sign(mine)
        time.sleep(0.05)
        if self._holder() != mine:  # somebody else began in the same moment
            raise self._taken()
        thread = threading.Thread(target=self._keep_signing, args=(mine, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._fs.rm_file(self.path(LOCK))

    def _keep_signing(self, mine: str, over: threading.Event) -> None:
        while not over.wait(_BEAT_SECONDS):
            self._sign(mine)

    def _sign(self, mine: str) -> None:
        signed = json.dumps({"holder": mine, "time": time.time()})
        self._fs.pipe_file(self.path(LOCK), signed.encode())

    def _holder(self) -> str | None:
        try:
            signed = json.loads(self._fs.cat_file(self.path(LOCK)))
        except (FileNotFoundError, ValueError):
            return None
        fresh = time.time() - signed["time"] < _STALE_SECONDS
        return str(signed["holder"]) if fresh else None

    def _taken(self) -> Conflict:
        return Conflict(
            f"Another run writes into the output folder {self.url!r} now.",
            action="Wait for it to end, or give another folder as out=…",
        )


def _protocols(filesystem: Any) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
