"""A store, an executor, and a small corpus with everything in it that the policy must find."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.presets import CLEAN, RAW
from ogai_lab.data.types import Packing, Pipeline, Split, StageSpec, TextFolder, TokenizerSpec

MakePipeline = Callable[..., Pipeline]
_WORDS = ("the", "shard", "holds", "tokens", "and", "each", "batch", "reads", "one", "row", "of")
_STAGES = ("length", "exact_duplicate", "boilerplate", "repetition", "characters")
_FILES = 60


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of text files: a duplicate, a short one, a licence, a table, damage among them."""
    random_ = random.Random(0)
    folder = tmp_path / "corpus"
    folder.mkdir()
    texts = [
        " ".join(random_.choice(_WORDS) + random_.choice("abcdef") for _ in range(60))
        for _ in range(_FILES)
    ]
    files = {f"{number:04}": text for number, text in enumerate(texts)} | {
        "twin": texts[0].upper(),
        "short": "too little",
        "licence": f"Copyright (c) 2020 by all of us. All rights reserved. {texts[1]}",
        "table": "\n".join(f"0x{n:04x}: {n * 7919:08d}," for n in range(50)),
        "echo": "the very same line once more and again\n" * 20,
    }
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    (folder / "damaged.txt").write_bytes(b"\xff\xfe\x00" + texts[2].encode())
    return folder


@pytest.fixture
def make(corpus: Path) -> MakePipeline:
    """Return a function that makes a pipeline over the corpus, by its policy's name."""

    def pipeline(rules: str = "clean", **more: object) -> Pipeline:
        fields: dict[str, object] = {
            "name": "test",
            "sources": [TextFolder(path=str(corpus))],
            "stages": [StageSpec(stage=name) for name in _STAGES],
            "policy": CLEAN if rules == "clean" else RAW,
            "split": Split(heldout=0.2, policy=CLEAN),
            "tokenizer": TokenizerSpec(vocab_size=300),
            "packing": Packing(sequence_length=32, shard_sequences=50),
        }
        return Pipeline.model_validate(fields | more)

    return pipeline
