from __future__ import annotations

import pytest

from ogai_lab.scheduler.logs import index
from ogai_lab.scheduler.logs.index import LineIndex, LineIndexes
from ogai_lab.scheduler.logs.reading import part
from ogai_lab.scheduler.logs.scan import Filter


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch) -> None:
    monkeypatch.setattr(index, "_BLOCK", 512)


def text_at(source, place) -> str | None:
    records = part(source, place.offset, 1, Filter(), over=True).records
    return records[0].text if records else None


def test_a_line_by_number_also_in_a_log_that_grew(source, say) -> None:
    lines = LineIndex()
    assert lines.place(source, 5, None).lines == 0
    for count in (100, 150):
        say(*(f"{k}" for k in range(count - 100 if count == 150 else 0, 100)))
    for number in (0, 1, 57, 99):
        place = lines.place(source, number, None)
        assert (text_at(source, place), place.line, place.lines) == (str(number), number, 150)
    assert text_at(source, lines.place(source, 149, None)) == "99"
    inside = lines.place(source, 57, None).offset + 9
    assert lines.place(source, offset=inside) == lines.place(source, 57)
    assert lines.place(source, 999, None).offset == source.size()


def test_the_first_line_at_or_after_a_time(source, say) -> None:
    for second in range(200):
        say(f"at {second}", now=1000.0 + second)
    lines = LineIndex()
    for asked, line in ((0, 0), (1000.0, 0), (1041.0, 41), (1041.5, 42), (1199.0, 199)):
        place = lines.place(source, None, asked)
        assert (place.line, text_at(source, place)) == (line, f"at {line}")
    assert lines.place(source, None, 5000.0).offset == source.size()


def test_an_unfinished_line_is_none(source, file, say) -> None:
    say("a", "b")
    whole = source.size()
    with file.open("ab") as out:
        out.write(b'{"time":1.0,"ra')
    place = LineIndex().place(source, 99, None)
    assert (place.offset, place.lines, place.size) == (whole, 2, whole)


def test_only_some_indexes_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(index, "_MOST_JOBS", 2)
    indexes = LineIndexes()
    first = indexes.of("a")
    assert indexes.of("a") is first
    indexes.of("b"), indexes.of("c")
    assert indexes.of("a") is not first
