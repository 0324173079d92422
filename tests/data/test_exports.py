import json
import struct
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import zstandard

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict
from ogai_lab.data import manifest, tables
from ogai_lab.data.course import Run
from ogai_lab.data.exports import export, kept_documents
from ogai_lab.data.source_types import HuggingFace
from ogai_lab.data.types import Manifest, Pipeline

Make = Callable[..., Pipeline]


@pytest.fixture
def packed(make: Make, store: BlobStore, threads: Executor) -> Manifest:
    return manifest.load(store, Run(make(), store, threads)())


def test_the_forms_hold_the_same_documents(
    packed: Manifest, store: BlobStore, threads: Executor, make: Make, tmp_path: Path
) -> None:
    texts = [text for table in kept_documents(store, packed) for text in table["text"].to_pylist()]
    assert len(texts) == packed.kept.documents
    for form in ("jsonl", "jsonl.zst", "parquet", "huggingface"):
        export(store, packed, form, str(tmp_path / form))  # type: ignore[arg-type]
    plain = (tmp_path / "jsonl" / "documents.jsonl").read_bytes()
    with (tmp_path / "jsonl.zst" / "documents.jsonl.zst").open("rb") as file:
        assert zstandard.ZstdDecompressor().stream_reader(file).read() == plain
    assert [json.loads(line)["text"] for line in plain.splitlines()] == texts
    assert pq.read_table(tmp_path / "parquet" / "documents.parquet")["text"].to_pylist() == texts
    again = make(
        sources=[HuggingFace(path=str(tmp_path / "huggingface"))],
        stages=[],
        policy={"name": "raw"},
        split={"heldout": 0},
        tokenizer=None,
        packing=None,
    )
    found = manifest.load(store, Run(again, store, threads)())
    assert found.kept == packed.kept


def test_megatron_reads_the_very_documents(
    packed: Manifest, store: BlobStore, tmp_path: Path
) -> None:
    export(store, packed, "megatron", str(tmp_path / "m"))
    index = (tmp_path / "m" / "corpus.idx").read_bytes()
    assert index[:9] == b"MMIDIDX\0\0"
    version, code, count, bounds = struct.unpack_from("<QBQQ", index, 9)
    assert (version, code, bounds) == (1, 8, count + 1)
    lengths = np.frombuffer(index, "<i4", count, 34)
    starts = np.frombuffer(index, "<i8", count, 34 + 4 * count)
    documents = np.frombuffer(index, "<i8", bounds, 34 + 12 * count)
    assert len(index) == 34 + 12 * count + 8 * bounds
    assert documents.tolist() == list(range(bounds))
    tokens = np.fromfile(tmp_path / "m" / "corpus.bin", "<u2")
    stream = np.concatenate(
        [tables.load_array(store, Digest(s.digest)).reshape(-1) for s in packed.shards]
    )
    assert (tokens == stream).all()
    assert lengths.sum() == len(tokens)
    for start, length in list(zip(starts, lengths, strict=True))[:-1]:
        document = tokens[start // 2 : start // 2 + length]
        assert document[-1] == packed.eos_id
        assert (document[:-1] != packed.eos_id).all()


def test_what_was_not_packed_has_no_tokens_and_a_full_folder_is_refused(
    make: Make, store: BlobStore, threads: Executor, tmp_path: Path
) -> None:
    plain = manifest.load(store, Run(make(tokenizer=None, packing=None), store, threads)())
    with pytest.raises(Conflict, match="no tokens"):
        export(store, plain, "megatron", str(tmp_path / "m"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    with pytest.raises(Conflict, match="holds other files"):
        export(store, plain, "jsonl", str(tmp_path / "full"))
