"""The tables of a corpus: what has been read and found out, one row a document."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.data import tables

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Table:
    """One table: the digests of its parts (see `tables.load_parts`), and what it holds.

    `quarantine` has the digests of what was set aside on the way to it, so many documents and
    bytes.
    """

    parts: tuple[str, ...]
    documents: int
    bytes: int
    quarantine: tuple[str, ...] = ()
    quarantined: int = 0
    quarantined_bytes: int = 0

    @classmethod
    def read(cls, result: dict[str, Any]) -> Table:
        """Return the table that `tasks.read` has made."""
        blobs = result["blobs"]
        return cls(
            parts=(blobs["documents"],),
            documents=result["documents"],
            bytes=result["bytes"],
            quarantine=(blobs["quarantine"],) if "quarantine" in blobs else (),
            quarantined=result["quarantined"],
            quarantined_bytes=result["quarantined_bytes"],
        )

    def extended(self, result: dict[str, Any]) -> Table:
        """Return the table with what `tasks.extend` has added."""
        blobs = result["blobs"]
        new = (blobs["documents"],)
        aside = (blobs["quarantine"],) if "quarantine" in blobs else ()
        return Table(
            parts=new if result["whole"] else self.parts + new,
            documents=result["documents"],
            bytes=result["bytes"],
            quarantine=self.quarantine + aside,
            quarantined=self.quarantined + result["quarantined"],
            quarantined_bytes=self.quarantined_bytes + result["quarantined_bytes"],
        )

    def with_part(self, digest: str) -> Table:
        """Return the table with the columns of another part."""
        return replace(self, parts=(*self.parts, digest))


def starts(corpus: Sequence[Table]) -> list[int]:
    """Return the corpus's index of each table's first document."""
    sizes = [table.documents for table in corpus]
    return [end - size for end, size in zip(itertools.accumulate(sizes), sizes, strict=True)]


def columns(blobs: BlobStore, corpus: Iterable[Table], names: Sequence[str]) -> pa.Table:
    """Return some columns of the whole corpus."""
    import pyarrow as pa

    return pa.concat_tables(tables.load_parts(blobs, table.parts, names) for table in corpus)


def stored(blobs: BlobStore, corpus: Iterable[Table]) -> Digest:
    """Store the list of a corpus's tables, one a line, and return its digest."""
    lines = (json.dumps(vars(table), sort_keys=True) for table in corpus)
    return blobs.put("".join(f"{line}\n" for line in lines).encode())


def loaded(blobs: BlobStore, digest: Digest) -> list[Table]:
    """Return a stored list of tables."""
    rows = [json.loads(line) for line in blobs.get(digest).splitlines()]
    return [
        Table(**{**row, "parts": tuple(row["parts"]), "quarantine": tuple(row["quarantine"])})
        for row in rows
    ]
