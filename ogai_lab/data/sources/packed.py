"""Lines of plain, gzip and zstd files, whatever is in them: damage and bombs end a file early."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

_BLOCK = 1 << 18
_SIP = 1 << 11
"""Bytes given to zstd at once: 4 of them can give 128 KiB."""
_FREE = 256 << 20
_MOST_RATIO = 100
"""A file may give so many times its size, or 256 MiB; text in gzip or zstd gives 3 to 20 times."""


class Line(NamedTuple):
    """One line without its end, where it begins in the unpacked file, whether it is not whole."""

    offset: int
    data: bytes
    broken: bool


def lines(stream: IO[bytes], name: str, size: int, most: int) -> Iterator[Line]:
    """Yield the lines of a file that its name's ending says how to unpack.

    Parameters
    ----------
    size
        Bytes of the file as it is stored.
    most
        Bytes that are kept of a line; what is beyond is passed over, and the line is broken.
    """
    offset, rest, lost, broken = 0, b"", 0, False
    for block, whole in _blocks(stream, name, size):
        broken = not whole
        first, *others = block.split(b"\n")
        rest, lost = _limited(rest + first, lost, most)
        for other in others:
            yield Line(offset, rest, lost > 0)
            offset += len(rest) + lost + 1
            rest, lost = _limited(other, 0, most)
    if rest or broken:
        yield Line(offset, rest, broken or lost > 0)


def _limited(data: bytes, lost: int, most: int) -> tuple[bytes, int]:
    return data[:most], lost + max(0, len(data) - most)


def _blocks(stream: IO[bytes], name: str, size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield blocks of the unpacked file; the last with False when it ends before its time."""
    left = max(_FREE, _MOST_RATIO * size)
    unpacked = _plain
    if name.endswith(".gz"):
        unpacked = _gzip
    elif name.endswith(".zst"):
        unpacked = _zstd
    for block in unpacked(stream):
        if block is None or len(block) > left:
            yield (block or b"")[:left], False
            return
        left -= len(block)
        yield block, True


def _plain(stream: IO[bytes]) -> Iterator[bytes | None]:
    while block := stream.read(_BLOCK):
        yield block


def _gzip(stream: IO[bytes]) -> Iterator[bytes | None]:
    member, data = zlib.decompressobj(31), b""
    begun = False
    while data := data or stream.read(_BLOCK):
        try:
            block = member.decompress(data, _BLOCK)
        except zlib.error:
            yield None
            return
        begun, data = True, member.unconsumed_tail
        if block:
            yield block
        if member.eof:
            data = member.unused_data.lstrip(b"\0")
            member, begun = zlib.decompressobj(31), False
    if begun:
        yield None


def _zstd(stream: IO[bytes]) -> Iterator[bytes | None]:
    import zstandard

    new = zstandard.ZstdDecompressor().decompressobj
    frame, data, begun = new(), b"", False
    while data := data or stream.read(_SIP):
        try:
            block = frame.decompress(data)
        except zstandard.ZstdError:
            yield None
            return
        begun, data = True, b""
        if block:
            yield block
        if frame.eof:
            data, frame, begun = frame.unused_data, new(), False
    if begun:
        yield None
