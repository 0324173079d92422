from __future__ import annotations

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.assessment.report import report
from tests.data.assessment.conftest import Make


def test_every_signal_is_spread_over_every_document(run: Make, store: BlobStore) -> None:
    made = run()
    found = report(store, made)
    spread = {each.column: each for each in found.signals}["characters"]
    assert found.signals[0] == spread  # what a rule looks at comes first
    assert (spread.stage, spread.documents, spread.missing) == ("length", 24, 0)
    assert (sum(spread.counts), sum(spread.dropped)) == (24, 24 - made.kept.documents)
    assert spread.edges[0] <= 100 <= spread.edges[-1]
    far = {each.column: each for each in report(store, run(least=5)).signals}["characters"]
    assert far.edges[0] == 5  # below every value, and drawn
    assert [(mark.reason, mark.value) for mark in spread.thresholds] == [("short", 100)]
    assert spread.least == len("Too little.")


def test_the_edge_of_a_threshold_shows_its_nearest_on_both_sides(
    run: Make, store: BlobStore
) -> None:
    found = report(store, run(least=600), sample=2)
    (edge,) = found.edges
    below = [sample.value for sample in edge.dropped]
    above = [sample.value for sample in edge.kept]
    assert below == sorted(below, key=lambda value: -float(value or 0))
    assert above == sorted(above, key=lambda value: float(value or 0))
    assert len(below) == len(above) == 2
    assert {sample.reason for sample in edge.dropped} == {"short"}
    assert {sample.state for sample in edge.kept} == {"kept"}
    assert all(float(b or 0) < 600 <= float(a or 0) for a in above for b in below)


def test_languages_clusters_and_benchmarks(run: Make, store: BlobStore) -> None:
    found = report(store, run())
    read = {"en": 0, "zh": 0}
    for cell in found.languages.cells:
        read[cell.language or ""] += cell.read.documents
    assert read["zh"] == 10
    assert sum(read.values()) == 24
    (exact,) = found.clusters
    assert (exact.name, exact.clusters, exact.documents, exact.sizes) == ("exact", 1, 3, {3: 1})
    (cluster,) = exact.largest
    assert [member.similarity for member in cluster.members] == [None, 1.0, 1.0]
    assert [member.state for member in cluster.members] == ["kept", "dropped", "dropped"]
    (leak,) = found.contamination
    assert (leak.benchmark, leak.documents, leak.kept, leak.items) == ("rivers", 1, 1, 1)
    assert leak.share == 1.0
    assert [sample.path for sample in leak.samples] == ["leak.html"]
    assert found.tokens is None


def test_tokens_are_counted_where_they_were_packed(run: Make, store: BlobStore) -> None:
    made = run(tokenizer={"vocab_size": 300}, packing={"sequence_length": 32})
    tokens = report(store, made).tokens
    assert tokens is not None
    assert tokens.tokens == tokens.sequences * 32 == made.tokens
    assert 1 < tokens.bytes_per_token < 8
