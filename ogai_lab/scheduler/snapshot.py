"""The working folder as it is at submission, kept by content.

Each file becomes a blob, and the list of them one more, whose digest stands for the whole folder.
Unchanged files are neither stored nor read again: a small file in the home folder remembers
which content they had, by size, time of change and inode.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ogai_lab.core.blob_batch import Batch
from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput, TooLarge
from ogai_lab.core.home import expanded, is_folder
from ogai_lab.scheduler.tree import NEVER, Found, Tree, Walk
from ogai_lab.scheduler.types import LeftOut, Luggage, Snapshot

MOST_BYTES = 200_000_000
MOST_FILES = 20_000
_WALK_FILES = 3 * MOST_FILES
_SHOWN = 100
_LARGE = 8 << 20
_SETTLED_NS = 2_000_000_000
_WRITERS = 8  # a store waits for the disk, not for the processor


class Files:
    """The files of a working folder that travel, by path."""

    def __init__(self, root: Path, tree: Tree) -> None:
        self._root = root
        self._paths = {one.path for one in tree.files}
        self._left_out = tree.left_out

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, None when it does not travel."""
        if path not in self._paths:
            return None
        try:
            return (self._root / path).read_bytes()
        except (FileNotFoundError, PermissionError):
            return None

    def why_missing(self, path: str) -> str:
        """Say why a file does not travel."""
        for one in self._left_out:
            if one.path == path or (one.path.endswith("/") and path.startswith(one.path)):
                return f"{one.path} does not travel ({one.reason})."
        return "The working folder has no such file, or include leaves it out."


class Snapshots:
    """Takes snapshots of working folders into a blob store.

    Parameters
    ----------
    home
        The home folder: it never travels, and holds what is remembered of folders.
    most_bytes, most_files
        A larger folder is refused.
    """

    def __init__(
        self,
        blobs: BlobStore,
        home: Path,
        *,
        most_bytes: int = MOST_BYTES,
        most_files: int = MOST_FILES,
    ) -> None:
        self._blobs = blobs
        self._home = home
        self._most_bytes = most_bytes
        self._most_files = most_files

    def take(
        self,
        workdir: str,
        include: Sequence[str],
        check: Callable[[Files], None] = lambda files: None,
    ) -> tuple[Snapshot, Files]:
        """Store a working folder and return what was stored.

        Nothing is, when `check` raises on what would travel.

        Raises
        ------
        InvalidInput
            When it is not a folder, or `include` names nothing in it.
        TooLarge
            When it is over the limit; nothing was read.
        StorageFull
            When it does not fit.
        """
        root, tree = self._look(workdir, include)
        travelling = Files(root, tree)
        check(travelling)
        digests = self._store(root, tree)
        files = [
            {
                "path": one.path,
                "digest": digests[one.path],
                "size": one.status.st_size,
                "mode": one.status.st_mode & 0o777,
            }
            for one in tree.files
            if one.path in digests
        ]
        digest = self._blobs.put(json.dumps({"files": files}, separators=(",", ":")).encode())
        tree.files = [one for one in tree.files if one.path in digests]
        return Snapshot(digest=digest, **dict(_luggage(tree))), travelling

    def look(self, workdir: str, include: Sequence[str]) -> tuple[Luggage, Files]:
        """Say what of a working folder would travel; nothing is stored. Raises as `take` does."""
        root, tree = self._look(workdir, include)
        return _luggage(tree), Files(root, tree)

    def _look(self, workdir: str, include: Sequence[str]) -> tuple[Path, Tree]:
        root = _folder(workdir)
        tree = Walk(root, include, self._home, _WALK_FILES).run()
        if include and not tree.files:
            raise InvalidInput(
                f"include={list(include)!r} names nothing that travels in {workdir!r}.",
                action="Give paths or patterns relative to workdir, such as src or *.py.",
                field="include",
            )
        self._check_size(tree, workdir)
        return root, tree

    def _check_size(self, tree: Tree, workdir: str) -> None:
        size = sum(one.status.st_size for one in tree.files)
        if size <= self._most_bytes and len(tree.files) <= self._most_files:
            return
        more = "more than " if tree.cut else ""
        raise TooLarge(
            f"The working folder {workdir!r} holds {more}{len(tree.files):,} files and "
            f"{more}{size / 1e6:,.0f} MB; {self._most_files:,} files and "
            f"{self._most_bytes / 1e6:,.0f} MB may travel with a job.",
            cause=f"The largest: {_largest(tree)}.",
            action="Name what is not code in a .gitignore, or what is in include=[…]; let the job "
            "read data by its full path.",
        )

    def _store(self, root: Path, tree: Tree) -> dict[str, Digest]:
        remembered = self._home / "snapshots" / f"{_short_digest(root)}.json"
        known = _recall(remembered)
        settled = time.time_ns() - _SETTLED_NS
        digests: dict[str, Digest] = {}
        memory: dict[str, list[int | str]] = {}
        with self._blobs.batch() as batch, ThreadPoolExecutor(_WRITERS) as pool:
            stored = pool.map(lambda one: _store_one(batch, root, one, known), tree.files)
            for one, digest in zip(tree.files, stored, strict=True):
                if digest is None:
                    reason = "it was gone before it could be read"
                    tree.left_out.append(LeftOut(path=one.path, reason=reason))
                    continue
                digests[one.path] = digest
                if one.status.st_mtime_ns < settled:  # a later change will show in its time
                    memory[one.path] = [*_marks(one), digest]
        if memory != known:
            _remember(remembered, memory)
        return digests


def _store_one(
    batch: Batch, root: Path, one: Found, known: dict[str, list[int | str]]
) -> Digest | None:
    memory = known.get(one.path)
    if memory is not None and memory[:3] == _marks(one):
        digest = Digest(str(memory[3]))
        if batch.has(digest):
            return digest
    file = root / one.path
    try:
        return batch.put_file(file) if one.status.st_size > _LARGE else batch.put(file.read_bytes())
    except (FileNotFoundError, PermissionError):
        return None


def _folder(workdir: str) -> Path:
    root = expanded(workdir)
    if not root.is_absolute():
        raise InvalidInput(
            f"workdir={workdir!r} is not an absolute path.",
            cause="The service and its callers may stand in different folders.",
            action="Give the full path of the working folder.",
            field="workdir",
        )
    if not is_folder(root):
        raise InvalidInput(
            f"workdir={workdir!r} is not a folder.",
            action="Give the folder that should travel with the job, or none.",
            field="workdir",
        )
    return root


def _largest(tree: Tree) -> str:
    bytes_of: Counter[str] = Counter()
    files_of: Counter[str] = Counter()
    for one in tree.files:
        top, slash, _ = one.path.partition("/")
        bytes_of[top + slash] += one.status.st_size
        files_of[top + slash] += 1
    by_size = [f"{path} ({size / 1e6:,.1f} MB)" for path, size in bytes_of.most_common(4)]
    by_count = [f"{path} ({count:,} files)" for path, count in files_of.most_common(2) if count > 1]
    return ", ".join([*by_size, *by_count])


def _luggage(tree: Tree) -> Luggage:
    surprising_first = sorted(tree.left_out, key=_is_usual)
    return Luggage(
        files=len(tree.files),
        size=sum(one.status.st_size for one in tree.files),
        left_out=surprising_first[:_SHOWN],
        left_out_count=len(tree.left_out),
    )


def _is_usual(one: LeftOut) -> bool:
    return one.path.rstrip("/").rpartition("/")[2] in NEVER


def _marks(one: Found) -> list[int | str]:
    return [one.status.st_size, one.status.st_mtime_ns, one.status.st_ino]


def _short_digest(root: Path) -> str:
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:32]


def _recall(file: Path) -> dict[str, list[int | str]]:
    try:
        remembered = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return remembered if isinstance(remembered, dict) else {}


def _remember(file: Path, memory: dict[str, list[int | str]]) -> None:
    temporary = file.with_name(f"{file.name}.{os.getpid()}.{time.monotonic_ns()}")
    with contextlib.suppress(OSError):  # it only saves work
        file.parent.mkdir(exist_ok=True)
        temporary.write_text(json.dumps(memory))
        temporary.replace(file)
