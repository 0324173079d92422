from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogai_lab.core import records
from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.logs import search as finding
from ogai_lab.scheduler.logs.scan import Filter
from ogai_lab.scheduler.logs.search import Query, search

ALL = Filter()


def run(source, text, wanted=ALL, offset=0, until=None, limit=100, **how):
    return list(search(source, Query(text, **how), wanted, offset, until, limit, lambda: False))


def texts(parts) -> list[str]:
    return [match.text for part in parts for match in part.matches]


def test_every_line_is_found_where_it_lies(source, file, say) -> None:
    say(*(f"step {k} of 40000" for k in range(40_000)))
    parts = run(source, "step 3999", limit=2)
    assert texts(parts) == ["step 3999 of 40000", "step 39990 of 40000"]
    places = [place for part in parts for place in part.places]
    assert len(places) == parts[-1].count == 11
    data = file.read_bytes()
    found = [json.loads(data[at : data.index(b"\n", at)])["text"] for at in places]
    assert found == sorted(["step 3999 of 40000", *(f"step 3999{k} of 40000" for k in range(10))])
    assert [part.ended for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(parts) > 1


@pytest.mark.parametrize(
    ("query", "how", "found"),
    [
        ("LOSS", {}, ["Loss 1", "loss 2"]),
        ("loss", {"case": True}, ["loss 2"]),
        ("s 1", {}, ["Loss 1"]),
        ("^loss \\d$", {"pattern": True}, ["Loss 1", "loss 2"]),
        ("1.2", {}, []),
        ("1.2", {"pattern": True}, ['say 1"2']),
        ('1"2', {}, ['say 1"2']),
        ("straße 学习", {}, ["Straße 学习"]),
        ("\\bgreen\\b", {"pattern": True}, ["all green here"]),
        ("all green", {}, ["all green here"]),
        ("50%", {}, []),
        ("^100%$", {"pattern": True}, ["100%"]),
        ("stdout", {}, []),
        ("\\s{2}", {"pattern": True}, []),
    ],
)
def test_what_people_read_is_searched(source, say, query, how, found) -> None:
    """Colours, overwritten progress and the records' own words are not in the text."""
    say(
        "Loss 1",
        "loss 2",
        'say 1"2',
        "Straße 学习",
        "all \x1b[32mgreen\x1b[0m here",
        " 50%\r100%\r",
    )
    assert texts(run(source, query, **how)) == found


def test_spans_are_characters_of_the_text(source, say) -> None:
    say("学习 loss 😀 LOSS")
    (match,) = run(source, "loss")[0].matches
    assert [match.text[start:end] for start, end in match.spans] == ["loss", "LOSS"]


def test_filters_count(source, say) -> None:
    say("ERROR a", "a")
    say("a", rank=1, stream="stderr")
    assert len(texts(run(source, "a"))) == 3
    for wanted in (Filter(rank=1), Filter(stream="stderr")):
        (part,) = run(source, "a", wanted)
        assert (part.count, part.matches[0].rank) == (1, 1)
    assert texts(run(source, "a", Filter(level=["error"]))) == ["ERROR a"]
    assert run(source, "a", Filter(rank=1), limit=0)[-1].count == 1


def test_one_goes_on_from_the_last_offset(source, say) -> None:
    say("a 1", "b", "a 2")
    first = run(source, "a")[-1]
    say("a 3")
    assert texts(run(source, "a", offset=first.offset)) == ["a 3"]
    assert texts(run(source, "a", until=first.places[1])) == ["a 1"]


def test_a_cruel_pattern_takes_no_longer_than_others(source, say) -> None:
    say("a" * 5000 + "!")
    assert run(source, "^(a+)+$", pattern=True)[-1].count == 0


@pytest.mark.parametrize("pattern", ["(", "(?<=a)b", "(a)\\1", "[z-a]"])
def test_what_is_no_pattern_is_said(pattern: str) -> None:
    with pytest.raises(InvalidInput, match="no search pattern"):
        Query(pattern, pattern=True)


def test_metrics_events_and_torn_lines_are_no_text(source, file, say) -> None:
    with file.open("ab") as out:
        out.write(records.metric({"loss": 1.0}, 1, 0) + records.event("loss", text="loss"))
        out.write(b'{"time":1,"te')
    say("loss")
    assert texts(run(source, "loss")) == ["loss"]


def test_a_line_in_two_records_is_found_in_both(source, say, monkeypatch) -> None:
    monkeypatch.setattr(records, "MAX_LINE", 10)
    say("aaaaaaaa z0123456")
    assert texts(run(source, "z$", pattern=True)) == ["aaaaaaaa z"]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6), max_size=8),
    st.sampled_from(["a", "k", "te", "s", "é"]),
    st.booleans(),
    st.sampled_from([1, 1 << 30]),
)
def test_a_text_is_found_in_exactly_its_lines(
    lines: list[str], text: str, case: bool, rare: int
) -> None:
    """Whether it is rare, and looked for in the records as they lie, or not."""
    data = "".join(f"{line}\n" for line in lines if "\ufffe" not in line)
    block = records.TextRecords(0, "stdout").feed(data.encode(), 1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "_RARE_BYTES", rare)
        spans = list(Query(text, case=case).lines(block))
    found = [json.loads(block[at:to])["text"] for at, to in spans]
    said = data.split("\n")[:-1]
    assert found == [line for line in said if text in (line if case else line.lower())]
