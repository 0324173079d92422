"""Where files are: a path, a pattern or a URL, here or on any store that fsspec reaches."""

from __future__ import annotations

import fnmatch
import glob
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.sources.files import Piece, named, regular_size, shown, unreadable, walk

IN_MEMORY = 64 << 20
"""Bytes up to which a piece is read at once; a larger one is read as it is needed."""
_BLOCK = 1 << 20
_MAGIC = "*?["


def find(path: str, patterns: Sequence[str]) -> Iterator[Piece]:
    """Yield the files that a path names, in a fixed order.

    Parameters
    ----------
    path
        A file, a folder (all files in it that fit one of `patterns`, at any depth), a pattern of
        paths (``crawl/*.warc.gz``, ``**`` for any depth), or any of these as a URL of fsspec's.
    patterns
        What the names of files in a folder look like.

    Raises
    ------
    InvalidInput
        When there is nothing, or it cannot be read.
    """
    if "://" in path or "::" in path:
        yield from _remote(path, patterns)
        return
    here = Path(path).expanduser()
    if here.is_dir():
        found = (piece for piece in walk(here, "*") if _fits(piece.path, patterns))
        yield from found
    elif (size := regular_size(here)) is not None:
        yield named(shown(Path(here.name)), str(here), size)
    elif glob.has_magic(str(here)):
        yield from _matching(str(here))
    else:
        raise absent(path)


def _matching(pattern: str) -> Iterator[Piece]:
    names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - of an absolute pattern
    if not names:
        raise absent(pattern)
    parts = PurePosixPath(pattern).parts
    fixed = next(place for place, part in enumerate(parts) if any(c in part for c in _MAGIC))
    root = Path(*parts[:fixed])
    for name in names:
        location = Path(name)
        if (size := regular_size(location)) is not None:
            yield named(shown(location.relative_to(root)), name, size)


def _remote(path: str, patterns: Sequence[str]) -> Iterator[Piece]:
    from fsspec.core import url_to_fs

    try:
        files, root = url_to_fs(path)
        if any(letter in root for letter in _MAGIC):
            names = sorted(files.glob(root))
            root = root[: min(root.index(c) for c in _MAGIC if c in root)].rpartition("/")[0]
        elif files.isdir(root):
            names = sorted(name for name in files.find(root) if _fits(name, patterns))
        else:
            names, root = [root], root.rpartition("/")[0]
        if not names:
            raise absent(path)
        for name in names:
            information = files.info(name)
            if information["type"] == "file":
                where = files.unstrip_protocol(name)
                shown_name = name.removeprefix(root).lstrip("/")
                yield named(shown_name, where, int(information["size"] or 0))
    except (OSError, ValueError, ImportError) as exc:
        if isinstance(exc, InvalidInput):
            raise
        raise InvalidInput(
            f"The source {path!r} cannot be read: {exc}.",
            action="Check the address and your rights; other stores need their fsspec package.",
            field="sources.path",
        ) from exc


def _fits(name: str, patterns: Sequence[str]) -> bool:
    base = name.rpartition("/")[2]
    return any(fnmatch.fnmatch(base, pattern) for pattern in patterns)


def absent(path: str, field: str = "sources.path") -> InvalidInput:
    """Return the error that says a path leads nowhere."""
    return InvalidInput(
        f"There is no file or folder {path!r}.",
        action="Check the path; it must be absolute, or relative to where the job runs.",
        field=field,
    )


def opened(piece: Piece) -> IO[bytes]:
    """Open the whole file that a piece is a part of; it can be sought in."""
    try:
        if "://" not in piece.location:
            return Path(piece.location).open("rb")
        import fsspec

        found: IO[bytes] = fsspec.open(piece.location, "rb").open()
        return found
    except (OSError, ValueError, ImportError) as exc:
        raise unreadable(piece, exc) from exc


def stream(piece: Piece) -> IO[bytes]:
    """Open a piece: a file of its bytes, from 0 on, that can be sought in."""
    if piece.size <= IN_MEMORY:
        return io.BytesIO(piece.read())
    return io.BufferedReader(_Window(opened(piece), piece.start, piece.end), _BLOCK)


def digest(piece: Piece) -> str:
    """Return the SHA-256 of what a piece is read from: its bytes, and the file's head and tail."""
    hasher = hashlib.sha256()
    with opened(piece) as file:
        whole = file.seek(0, io.SEEK_END) if piece.tail else piece.end
        spans = [(0, piece.head), (piece.start, piece.end), (whole - piece.tail, whole)]
        for start, end in spans:
            file.seek(start)
            for at in range(start, end, _BLOCK):
                hasher.update(file.read(min(_BLOCK, end - at)))
    return hasher.hexdigest()


class _Window(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, file: IO[bytes], start: int, end: int) -> None:
        self._file, self._start, self._end = file, start, end
        self._at = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        self._at = base + offset
        return self._at - self._start

    def tell(self) -> int:
        return self._at - self._start

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._at)
        data = self._file.read(max(0, min(len(buffer), self._end - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
