"""Records: however the bytes are cut, the lines are the same; a torn line costs only itself."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.core import records
from ogai_lab.core.records import MAX_LINE, Chunk, TextRecords

_bytes = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet='ab\n\r\u2028é漢😀"\\\x00\x1b\ufffe', max_size=80).map(str.encode),
)


def _texts(encoded: bytes) -> list[str]:
    lines = encoded.split(b"\n")
    assert lines.pop() == b""
    return [json.loads(line)["text"] for line in lines]


def _feed(chunks: list[bytes]) -> list[str]:
    stream = TextRecords(0, "stdout")
    return _texts(b"".join([*(stream.feed(chunk, 1.0) for chunk in chunks), stream.flush(1.0)]))


@settings(max_examples=300)
@given(data=_bytes, cuts=st.lists(st.integers(0, 200), max_size=8))
def test_any_cut_of_any_bytes_gives_the_same_lines(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[start:end] for start, end in itertools.pairwise(edges)]
    lines = data.decode("utf-8", "replace").split("\n")
    expected = lines if lines[-1] else lines[:-1]
    assert _feed(chunks) == _feed([data]) == expected


@settings(max_examples=50)
@given(length=st.integers(0, 30), cuts=st.lists(st.integers(0, 30), max_size=4))
def test_a_long_line_comes_in_pieces_that_join_to_it(length: int, cuts: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "MAX_LINE", 8)
        data = b"x" * length + b"\nend\n"
        edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
        stream = TextRecords(3, "stderr")
        out = b"".join(stream.feed(data[start:end]) for start, end in itertools.pairwise(edges))
    found = [json.loads(line) for line in out.splitlines()]
    joined, text = [], ""
    for record in found:
        assert (record["rank"], record["stream"]) == (3, "stderr")
        text += record["text"]
        if not record.get("more"):
            joined.append(text)
            text = ""
    assert joined == ["x" * length, "end"]


def test_memory_of_an_endless_line_is_bounded() -> None:
    stream = TextRecords(0, "stdout")
    for _ in range(40):
        stream.feed(b"y" * 100_000)
        assert len(stream._rest) <= MAX_LINE + 100_000


@given(
    whole=st.lists(st.integers(0, 1000), max_size=6),
    torn=st.binary(max_size=40).filter(lambda data: b"\n" not in data),
)
def test_a_torn_line_costs_only_itself(whole: list[int], torn: bytes) -> None:
    lines = [records.event("n", number=number, now=1.0) for number in whole]
    cut = records.event("cut", now=1.0)[:17]
    for junk in (torn, cut):
        data = junk + b"".join(lines)  # the torn write has no newline: a whole record follows it
        found = [record for line in data.splitlines() for record in records.parse(line)]
        assert [r["number"] for r in found if r.get("name") == "n"] == whole


def test_reading_resumes_by_offset_and_leaves_what_is_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    assert records.read(str(path)) == Chunk([], 0)
    lines = [records.event("n", number=number, now=1.0) for number in range(5)]
    path.write_bytes(b"".join(lines) + b'{"time":1.0,"rank":0,')
    seen: list[dict[str, Any]] = []
    offset = 0
    while True:
        chunk = records.read(str(path), offset, limit=10)  # less than a record: still progresses
        if chunk.offset == offset:
            break
        seen += chunk.records
        offset = chunk.offset
    assert [record["number"] for record in seen] == list(range(5))
    assert offset == sum(map(len, lines))


def test_metrics_that_are_no_json_numbers_become_null() -> None:
    record = json.loads(records.metric({"loss": float("nan"), "lr": 1}, 3, 0))
    assert (record["metrics"], record["step"]) == ({"loss": None, "lr": 1.0}, 3)
    with pytest.raises(TypeError, match="'loss' is str"):
        records.metric({"loss": "high"}, None, 0)


def test_a_clock_that_jumps_back_changes_no_order() -> None:
    stream = TextRecords(0, "stdout")
    out = stream.feed(b"first\n", 100.0) + stream.feed(b"second\n", 50.0)
    assert _texts(out) == ["first", "second"]


def test_what_ranks_print_can_be_passed_over(tmp_path: Path) -> None:
    """Also where a crash tore a text and the next record stands behind it in the same line."""
    printed = records.TextRecords(0, "stdout").feed(b'{"time": 1, "kind":"metric"}\n' * 3)
    torn = printed.splitlines()[0][:-4]
    file = tmp_path / "records.jsonl"
    file.write_bytes(
        printed + records.metric({"a": 1}, 1, 0) + torn + records.event("attempt_started")
    )
    kinds = [record["kind"] for record in records.read(str(file), text=False).records]
    assert kinds == ["metric", "event"]
