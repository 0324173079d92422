"""Files as a source sees them: found in a fixed order, chosen by name, cut into pieces of work."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ogai_lab.core.errors import InvalidInput


class Piece(NamedTuple):
    """A part of a file that one task reads.

    `path` is its name in the corpus (the same on every machine), `location` where it is here;
    `start` and `end` are byte offsets. It is read with the first `head` bytes of the file and the
    last `tail`, where a format needs them (a schema, a footer).
    """

    path: str
    location: str
    start: int
    end: int
    head: int = 0
    tail: int = 0

    @property
    def size(self) -> int:
        """Return how many bytes it has."""
        return self.end - self.start

    def read(self) -> bytes:
        """Return its bytes.

        Raises
        ------
        InvalidInput
            When the file cannot be read.
        """
        from ogai_lab.data.sources.locations import opened

        with opened(self) as file:
            try:
                file.seek(self.start)
                return file.read(self.size)
            except OSError as exc:
                raise unreadable(self, exc) from exc


def named(path: str, location: str, size: int) -> Piece:
    """Return a whole file as a piece."""
    return Piece(path, location, 0, size)


def unreadable(piece: Piece, exc: Exception) -> InvalidInput:
    """Return the error about a file that cannot be read."""
    return InvalidInput(
        f"The file {piece.path!r} cannot be read: {getattr(exc, 'strerror', None) or exc}.",
        action="Make it readable for you, or take it out of the source.",
        field="sources",
    )


class Document(NamedTuple):
    """One text, where it begins in its source, and how many places of it are damaged.

    `part` is where it begins in the document that it was cut from, in bytes. `more` are the columns
    that its source gives beside: its HTML, address and the like.
    """

    offset: int
    kind: str
    text: str
    damage: int = 0
    part: int = 0
    more: Mapping[str, Any] = MappingProxyType({})


def damaged(offset: int) -> Document:
    """Return what stands for a place where nothing could be read."""
    return Document(offset, "damaged", "\ufffd", 1)


def decoded(data: bytes) -> tuple[str, int]:
    """Return `data` as text, and how many places in it were not UTF-8 (each becomes U+FFFD)."""
    try:
        return data.decode("utf-8"), 0
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        return text, text.count("\ufffd") - data.count(b"\xef\xbf\xbd")


def walk(
    folder: Path, pattern: str, skip: Callable[[str], bool] = lambda name: False
) -> Iterator[Piece]:
    """Yield the files in `folder` whose name fits `pattern`, by name, links to folders left out.

    Raises
    ------
    InvalidInput
        When it is not a folder that can be read.
    """

    def refuse(exc: OSError) -> None:
        raise InvalidInput(
            f"The folder {str(exc.filename)!r} cannot be read: {exc.strerror}.",
            action="Check the path and its rights.",
            field="sources",
        ) from exc

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not skip(name))
        for name in sorted(fnmatch.filter(names, pattern)):
            location = Path(parent, name)
            if not skip(name) and (size := regular_size(location)) is not None:
                yield Piece(shown(location.relative_to(folder)), str(location), 0, size)


def regular_size(location: Path) -> int | None:
    """Return a file's size, or None for a socket, a broken link and the like."""
    try:
        status = location.stat()
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def shown(path: Path) -> str:
    """Return a path as text that can be stored; names need not be UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace").replace(os.sep, "/")


def chosen(files: Iterable[Piece], fraction: float, limit: int | None) -> list[Piece]:
    """Return the share of `files` whose names' hashes come first, in the order they were given.

    Parameters
    ----------
    files
        All files.
    fraction
        0 to 1; a file is in a larger fraction if it is in a smaller one.
    limit
        Bytes; no file is taken after they are reached, but always one.
    """
    found = [piece for piece in files if portion(piece.path, "sample") < fraction]
    if limit is None:
        return found
    taken: set[str] = set()
    size = 0
    for piece in sorted(found, key=lambda piece: portion(piece.path, "sample")):
        if taken and size + piece.size > limit:
            break
        size += piece.size
        taken.add(piece.path)
    return [piece for piece in found if piece.path in taken]


def portion(name: str, salt: str) -> float:
    """Return a number from 0 up to 1 that depends on `name` and `salt` alone."""
    digest = hashlib.sha256(f"{salt}\0{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


def cut(document: Document, size: int) -> Iterator[Document]:
    """Yield a document in parts of about `size` bytes at most, cut at line ends where there are."""
    text = document.text
    # UTF-8 needs at most four bytes a character, so that short texts need not be encoded.
    if len(text) * 4 <= size or len(text.encode()) <= size:
        yield document
        return
    start = part = 0
    characters = max(1, size // 4) if not text.isascii() else size
    while start < len(text):
        end = min(len(text), start + characters)
        if end < len(text):
            end = text.rfind("\n", start, end) + 1 or text.rfind(" ", start, end) + 1 or end
        piece = text[start:end]
        yield document._replace(text=piece, part=document.part + part)
        part += len(piece.encode())
        start = end
