"""The header of a safetensors file: reading it without trusting it, and writing one.

A file is 8 bytes (the header's length, little endian), the header (JSON: name → dtype, shape,
data_offsets), and the tensors' bytes. Everything is checked before a byte is stored: a header
that fits, known types, sizes that follow from the shapes, and offsets that cover the data exactly
once.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import IO, Any

from ogai_lab.core.errors import Corrupt

LONGEST = 100 << 20
"""Bytes; the safetensors library refuses longer headers too."""

_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16, "U16": 16, "F16": 16,
    "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a file; its bytes are ``[start, start + size)`` of the file's data."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """A checked header: its bytes with the length in front, and the tensors in their order."""

    raw: bytes
    tensors: tuple[Tensor, ...]
    metadata: dict[str, str]


def read_header(file: IO[bytes], size: int, name: str) -> Header:
    """Read and check the header of a safetensors file.

    Parameters
    ----------
    file
        The file, at its beginning.
    size
        How many bytes the file has.
    name
        What to call the file in messages.

    Raises
    ------
    Corrupt
        When anything is wrong; the message names the file and what it is.
    """
    if size < 8:
        raise _corrupt(name, f"it has {size} bytes; the header's length alone takes 8")
    prefix = file.read(8)
    length = int.from_bytes(prefix, "little")
    if length > LONGEST:
        raise _corrupt(name, f"it says that its header has {length} bytes; the limit is {LONGEST}")
    if 8 + length > size:
        raise _corrupt(
            name, f"it says that its header has {length} bytes, but only {size - 8} follow"
        )
    raw = file.read(length)
    entries = _parse(raw, name)
    metadata = entries.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _corrupt(name, "its __metadata__ is not a table of texts")
    tensors = sorted(
        (_tensor(key, entry, name) for key, entry in entries.items()),
        key=lambda t: (t.start, t.size, t.name),
    )
    _check_cover(tensors, size - 8 - length, name)
    return Header(prefix + raw, tuple(tensors), metadata)


def write_header(
    tensors: list[tuple[str, str, tuple[int, ...], int]], metadata: dict[str, str]
) -> bytes:
    """Return the header, with its length, of a file that holds `tensors` one after the other.

    Parameters
    ----------
    tensors
        Name, type, shape and bytes of each. The same tensors give the same header.
    """
    entries: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name, dtype, shape, size in tensors:
        entries[name] = {
            "dtype": dtype,
            "shape": list(shape),
            "data_offsets": [offset, offset + size],
        }
        offset += size
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the data begins at a multiple of 8
    return len(text).to_bytes(8, "little") + text


def _parse(raw: bytes, name: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise _corrupt(name, f"its header has {twice[:200]!r} twice")
        return table

    try:
        entries = json.loads(raw, object_pairs_hook=unique)
    except (ValueError, RecursionError) as exc:
        raise _corrupt(name, "its header is not JSON") from exc
    if not isinstance(entries, dict):
        raise _corrupt(name, "its header is not a table of tensors")
    return entries


def _tensor(key: str, entry: Any, name: str) -> Tensor:
    try:
        dtype, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    except (TypeError, KeyError, ValueError) as exc:
        raise _corrupt(
            name, f"the entry of {key[:200]!r} lacks dtype, shape or data_offsets"
        ) from exc
    if not isinstance(dtype, str) or dtype not in _BITS:
        raise _corrupt(name, f"the tensor {key[:200]!r} is of the unknown type {dtype!r:.40}")
    if not isinstance(shape, list) or not all(_is_size(value) for value in [*shape, start, end]):
        raise _corrupt(name, f"the shape or the offsets of {key[:200]!r} are not whole numbers")
    bits = math.prod(shape) * _BITS[dtype]
    if bits % 8 or end - start != bits // 8:
        raise _corrupt(
            name,
            f"the tensor {key[:200]!r} ({dtype} {shape!r:.100}) takes {bits / 8:g} bytes, but its "
            f"offsets give it {end - start}",
        )
    return Tensor(key, dtype, tuple(shape), start, end - start)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _check_cover(tensors: list[Tensor], available: int, name: str) -> None:
    position, before = 0, ""
    for tensor in tensors:
        if tensor.start < position:
            raise _corrupt(name, f"the tensors {before[:200]!r} and {tensor.name[:200]!r} overlap")
        if tensor.start > position:
            raise _corrupt(
                name,
                f"{tensor.start - position} bytes before {tensor.name[:200]!r} belong to no tensor",
            )
        position, before = tensor.start + tensor.size, tensor.name
    if position > available:
        raise _corrupt(
            name, f"it is cut short: its tensors take {position} bytes, {available} are there"
        )
    if position < available:
        raise _corrupt(name, f"{available - position} bytes at its end belong to no tensor")


def _corrupt(name: str, problem: str) -> Corrupt:
    return Corrupt(
        f"{name!r} is not a whole safetensors file: {problem}.",
        action="Save or download it again, then register it again.",
    )
