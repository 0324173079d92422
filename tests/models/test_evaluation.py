"""Bits per byte against a plain computation, and the evaluation as a job runs it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ogai_lab.core.blobs import BlobStore, Digest, digest_of
from ogai_lab.core.errors import Corrupt, InvalidInput, NotFound
from ogai_lab.models import tensors
from ogai_lab.models.evaluation.likelihood import Scorer
from ogai_lab.models.evaluation.run import run
from ogai_lab.models.evaluation.table import Table, decode, encode
from ogai_lab.models.evaluation.windows import Window, batches, windows
from ogai_lab.models.stores import model_store
from ogai_lab.models.types import EvaluationSpec, ItemScore
from tests.models.languages import language_model

TEXTS = ["hello world", "x", "日本語 ünïcode\r\n", "a longer text " * 40, ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return language_model(tmp_path_factory.mktemp("llama"), seed=1)


def stored_data(blobs: BlobStore, texts: list[str]) -> Digest:
    rows = [{"doc_id": f"d{i}", "text": text, "bytes": 0} for i, text in enumerate(texts)]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return blobs.put(json.dumps({"heldout": blobs.put(lines.encode())}).encode())


@given(st.integers(0, 200), st.integers(2, 40), st.integers(1, 39))
def test_every_token_is_scored_once(length: int, context: int, stride: int) -> None:
    stride = min(stride, context - 1)
    found = list(windows(0, length, context, stride))
    scored = [t for w in found for t in range(w.end - w.scored, w.end)]
    assert scored == list(range(1, max(length, 1)))
    assert all(w.end - w.start <= context for w in found)
    assert all(w.end - w.scored - w.start >= min(context - stride, 1) for w in found)


def test_batches_hold_all_windows_within_their_size() -> None:
    found = [Window(i, 0, n, n - 1) for i, n in enumerate([5, 50, 7, 50, 2, 200])]
    made = list(batches(found, 100))
    assert sorted(w.document for b in made for w in b) == list(range(6))
    assert all(len(b) == 1 or len(b) * (b[0].end - b[0].start) <= 100 for b in made)


def plainly(scorer: Scorer, text: str) -> float:
    """All tokens in one window, one document at a time, by log_softmax."""
    ids, _ = scorer.encode(text)
    if len(ids) < 2:
        return 0.0
    with torch.no_grad():
        logits = scorer.model(input_ids=torch.tensor([ids])).logits[0]
    chances = torch.log_softmax(logits.double(), dim=-1)
    return -sum(float(chances[i, ids[i + 1]]) for i in range(len(ids) - 1)) / math.log(2)


def test_bits_are_those_of_a_plain_computation(folder: Path) -> None:
    scorer = Scorer.load(folder, 1024, 512)
    told: list[tuple[int, int]] = []
    encoded = [scorer.encode(text)[0] for text in TEXTS]
    found = scorer.bits(encoded, lambda done, total: told.append((done, total)))
    assert found == pytest.approx([plainly(scorer, text) for text in TEXTS], rel=1e-5)
    assert told[-1][0] == told[-1][1]
    # The first byte counts too: "x" alone costs about 8 bits under a model that knows nothing.
    assert encoded[1][0] == scorer.first == 256
    assert 6 < found[1] < 10


def test_a_sliding_window_has_less_context_and_needs_more_bits(folder: Path) -> None:
    whole, narrow = Scorer.load(folder, 1024, None), Scorer.load(folder, 8, 4)
    ids = whole.encode(TEXTS[3])[0][:100]
    (full,), (cut,) = (s.bits([ids], lambda *_: None) for s in (whole, narrow))
    expected = 0.0
    for window in windows(0, len(ids), 8, 4):
        part = ids[window.start : window.end]
        with torch.no_grad():
            logits = narrow.model(input_ids=torch.tensor([part])).logits[0].double()
        chances = torch.log_softmax(logits, -1)
        places = range(len(part) - window.scored, len(part))
        expected -= sum(float(chances[i - 1, part[i]]) for i in places) / math.log(2)
    assert cut == pytest.approx(expected, rel=1e-5)
    assert cut != pytest.approx(full, rel=1e-5)


def test_without_a_first_token_the_first_costs_what_a_guess_costs(folder: Path) -> None:
    scorer = Scorer.load(folder, None, None)
    scorer.first = None
    (bits,) = scorer.bits([scorer.encode("x")[0]], lambda *_: None)
    assert bits == pytest.approx(math.log2(257))


def test_too_long_a_context_is_refused(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="longer than the model's"):
        Scorer.load(folder, 4096, None)


def evaluated(blobs: BlobStore, folder: Path, data: Digest) -> Table:
    kept = tensors.keep(folder, model_store(blobs))
    spec = EvaluationSpec(model="lab/m", revision="v1", manifest=kept.digest, data=data)
    return decode(blobs.get(run(blobs.put(spec.model_dump_json().encode()), blobs)))


def test_a_run_scores_every_document(
    folder: Path, blobs: BlobStore, capsys: pytest.CaptureFixture[str]
) -> None:
    table = evaluated(blobs, folder, stored_data(blobs, TEXTS))
    assert [score.id for score in table.scores] == ["d0", "d1", "d2", "d3"]  # "" has no bytes
    assert [score.bytes for score in table.scores] == [len(t.encode()) for t in TEXTS[:4]]
    scorer = Scorer.load(folder, None, None)
    assert table.scores[0].bits == pytest.approx(plainly(scorer, TEXTS[0]), rel=1e-5)
    assert table.lossy == 0
    assert "bits_per_byte=" in capsys.readouterr().out
    assert decode(encode(table)) == table


def test_what_cannot_be_measured_is_said(folder: Path, blobs: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds out no documents"):
        evaluated(blobs, folder, stored_data(blobs, []))
    with pytest.raises(Corrupt, match="not a data manifest"):
        evaluated(blobs, folder, blobs.put(b"{}"))
    with pytest.raises(NotFound):
        evaluated(blobs, folder, digest_of(b"never stored"))
    bare = language_model(tmp_path / "bare", seed=1)
    (bare / "tokenizer.json").unlink()
    (bare / "tokenizer_config.json").unlink()
    with pytest.raises(InvalidInput, match="together with its tokenizer"):
        evaluated(blobs, bare, stored_data(blobs, ["x"]))
    broken = language_model(tmp_path / "nan", seed=1, broken=True)
    with pytest.raises(InvalidInput, match="gives no number for 1 documents"):
        evaluated(blobs, broken, stored_data(blobs, ["x"]))


def test_a_damaged_version_is_not_measured(folder: Path, blobs: BlobStore) -> None:
    kept = tensors.keep(folder, model_store(blobs))
    file = next(f for f in kept.manifest.files if f.tensors)
    path = model_store(blobs).path(Digest(file.blobs[0]))
    assert path is not None
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-4] + b"\1\2\3\4")
    with pytest.raises(Corrupt, match="lab/m v1 is damaged"):
        evaluated(blobs, folder, stored_data(blobs, ["x"]))


@pytest.mark.parametrize("data", [b"", b"[]", b'{"format": "other"}', b"\xff"])
def test_what_is_no_table_is_said(data: bytes) -> None:
    with pytest.raises(Corrupt):
        decode(data)


def test_scores_are_per_byte() -> None:
    assert ItemScore(id="a", bytes=4, bits=10).bits_per_byte == 2.5
