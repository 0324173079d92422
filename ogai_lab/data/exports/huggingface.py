"""A data set as `datasets` saves it to disk: an Arrow stream, and two JSON files about it."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.exports import kept_documents
from ogai_lab.data.output import Output
from ogai_lab.data.types import Manifest

if TYPE_CHECKING:
    import pyarrow as pa

_FILE = "data-00000-of-00001.arrow"
_TYPES = {"double": "float64", "float": "float32", "halffloat": "float16"}


def write(blobs: BlobStore, manifest: Manifest, output: Output) -> list[str]:
    """Write the three files."""
    import pyarrow as pa

    found = kept_documents(blobs, manifest)
    first = next(found)  # a manifest keeps one document at least
    schema = _described(first.schema)
    with output.writing(_FILE) as file, pa.ipc.new_stream(file, schema) as writer:
        for table in itertools.chain([first], found):
            writer.write_table(table.cast(schema))
    info = {"citation": "", "description": manifest.name, "homepage": "", "license": ""}
    state: dict[str, Any] = {
        "_data_files": [{"filename": _FILE}],
        "_fingerprint": (manifest.digest or manifest.tables).removeprefix("sha256:")[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": "train",
    }
    told = {"dataset_info.json": {**info, "features": _features(schema)}, "state.json": state}
    for name, content in told.items():
        with output.writing(name) as file:
            file.write(json.dumps(content, indent=2).encode())
    return [_FILE, *told]


def _described(schema: pa.Schema) -> pa.Schema:
    about = json.dumps({"info": {"features": _features(schema)}})
    return schema.with_metadata({"huggingface": about})


def _features(schema: pa.Schema) -> dict[str, Any]:
    return {
        field.name: {"dtype": _TYPES.get(str(field.type), str(field.type)), "_type": "Value"}
        for field in schema
    }
