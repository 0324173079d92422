"""Corpora in the forms of other programs: one module a form.

Such a module has one function, ``write(blobs, manifest, output)``: it writes the files into the
output folder and returns their names below it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, get_args

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict
from ogai_lab.data.accounts import Form
from ogai_lab.data.output import Output
from ogai_lab.data.types import Manifest

if TYPE_CHECKING:
    import pyarrow as pa

FORMS: tuple[Form, ...] = get_args(Form)
_MODULES = {"jsonl.zst": "jsonl"}


def export(blobs: BlobStore, manifest: Manifest, form: Form, out: str) -> list[str]:
    """Write a corpus into a folder in another form, and return the names of the files.

    Parameters
    ----------
    manifest
        Of a finished run.
    form
        ``jsonl`` or ``jsonl.zst`` (an object a document), ``parquet``, ``huggingface`` (what
        `datasets.load_from_disk` opens) or ``megatron`` (.bin and .idx of token ids).
    out
        A new or empty folder, or a URL of one.

    Raises
    ------
    Conflict
        When the folder holds something else, or the manifest has no tokens for ``megatron``.
    """
    module = importlib.import_module(f"{__name__}.{_MODULES.get(form, form)}")
    output = Output(out)
    with output.held(f"{form} {manifest.digest}"):
        options = {"compressed": form == "jsonl.zst"} if form.startswith("jsonl") else {}
        names: list[str] = module.write(blobs, manifest, output, **options)
        data = manifest.model_dump_json(indent=1, exclude={"digest"}).encode()
        with output.writing("manifest.json") as file:
            file.write(data)
    return names


def kept_documents(blobs: BlobStore, manifest: Manifest) -> Iterator[pa.Table]:
    """Yield the documents to train on, table by table.

    Raises
    ------
    Conflict
        When an older version made the manifest, which did not list them.
    """
    import pyarrow.compute as pc

    from ogai_lab.data import corpus, tables

    if not manifest.tables:
        raise Conflict(
            f"The manifest {manifest.name!r} does not list its documents.",
            cause="An older version of OGAI Lab made it.",
            action="Run its pipeline again.",
        )
    decided = tables.load(blobs, Digest(manifest.decisions))
    keep = pc.and_(pc.is_null(decided["reason"]), pc.invert(decided["heldout"]))
    start = 0
    for table in corpus.loaded(blobs, Digest(manifest.tables)):
        rows = tables.load_parts(blobs, table.parts)
        kept = rows.filter(keep.slice(start, rows.num_rows))
        start += rows.num_rows
        if kept.num_rows:
            yield kept
