"""The records of a compressed or plain WARC: where they begin, found without reading all of it.

A WARC in gzip or zstd has one member (frame) a record, so a file can be read from any member on.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO, Any

_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_DICTIONARY = b"\x5d\x2a\x4d\x18"
_RECORD = b"WARC/"
_BLOCK = 1 << 16
_HEADER = 1 << 14


def cuts(file: IO[bytes], start: int, end: int, step: int) -> Iterator[int]:
    """Yield where records begin, about every `step` bytes, between `start` and `end`.

    Parameters
    ----------
    file
        The archive, at any offset.
    start
        Where its first record begins.
    end
        Where it ends.
    """
    file.seek(start)
    if file.read(4) in (_DICTIONARY,):  # its frames cannot be read without what is at its head
        return
    place: int | None = start
    while place is not None and place + step < end:
        place = after(file, start, place + step, end)
        if place is not None:
            yield place


def after(file: IO[bytes], start: int, at: int, end: int) -> int | None:
    """Return where the first record at or after `at` begins, None if there is none before `end`."""
    file.seek(start)
    match file.read(5):
        case bytes(first) if first.startswith(_GZIP):
            return _member(file, at, end, _GZIP)
        case bytes(first) if first.startswith(_ZSTD):
            return _member(file, at, end, _ZSTD)
        case bytes(first) if first == _RECORD:
            return _hop(file, start, at, end)
    return None


def _member(file: IO[bytes], at: int, end: int, magic: bytes) -> int | None:
    """Return where the first member at or after `at` begins whose data begins like a record."""
    while at < end:
        file.seek(at)
        block = file.read(min(_BLOCK, end - at))
        place = block.find(magic)
        while place >= 0:
            if _begins(file, at + place, magic):
                return at + place
            place = block.find(magic, place + 1)
        if len(block) < _BLOCK:
            return None
        at += len(block) - len(magic) + 1
    return None


def _begins(file: IO[bytes], at: int, magic: bytes) -> bool:
    file.seek(at)
    data = file.read(_HEADER)
    try:
        return _opened(data, magic).startswith(_RECORD)
    except Exception as exc:
        if isinstance(exc, zlib.error) or type(exc).__name__ == "ZstdError":
            return False
        raise


def _opened(data: bytes, magic: bytes) -> bytes:
    if magic == _GZIP:
        return zlib.decompressobj(31).decompress(data, len(_RECORD))
    import io

    import zstandard

    reader: Any = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data))
    found: bytes = reader.read(len(_RECORD))
    return found


def _hop(file: IO[bytes], start: int, at: int, end: int) -> int | None:
    """Return where the first record at or after `at` begins, going from record to record.

    In a plain WARC a record's text may look like the beginning of another; its length cannot lie.
    """
    place = start
    while place < at:
        file.seek(place)
        header = file.read(min(_HEADER, end - place))
        size = _length(header)
        if size is None:
            return _found(file, max(at, place + 1), end)
        place += size
    return place if place < end else None


def _length(header: bytes) -> int | None:
    """Return how long the record is that begins with `header`, its header and end included."""
    if not header.startswith(_RECORD):
        return None
    head, blank, _ = header.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if blank and name.strip().lower() == b"content-length" and value.strip().isdigit():
            return len(head) + 4 + int(value) + 4
    return None


def _found(file: IO[bytes], at: int, end: int) -> int | None:
    """Return where the words stand that begin a record, for a file whose lengths are damaged."""
    words = b"\r\n\r\n" + _RECORD
    while at < end:
        file.seek(at)
        block = file.read(min(_BLOCK, end - at))
        if (place := block.find(words)) >= 0:
            return at + place + 4
        if len(block) < _BLOCK:
            return None
        at += len(block) - len(words) + 1
    return None
