"""JSON lines: an object a document, with its signals; plain or in zstd."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import IO, Any

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import require
from ogai_lab.data.exports import kept_documents
from ogai_lab.data.output import Output
from ogai_lab.data.types import Manifest

_LEVEL = 3


def write(
    blobs: BlobStore, manifest: Manifest, output: Output, *, compressed: bool = False
) -> list[str]:
    """Write the kept documents as one file."""
    name = "documents.jsonl.zst" if compressed else "documents.jsonl"
    with output.writing(name) as file, _packed(file, compressed) as out:
        for table in kept_documents(blobs, manifest):
            for row in table.to_pylist():
                plain = {key: value for key, value in row.items() if _fits(value)}
                out.write(json.dumps(plain, ensure_ascii=False).encode() + b"\n")
    return [name]


@contextlib.contextmanager
def _packed(file: IO[bytes], compressed: bool) -> Iterator[Any]:
    if not compressed:
        yield file
        return
    zstandard = require("zstandard", "data")
    with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(file, closefd=False) as out:
        yield out


def _fits(value: Any) -> bool:
    return not isinstance(value, bytes) and value == value  # JSON has no NaN
