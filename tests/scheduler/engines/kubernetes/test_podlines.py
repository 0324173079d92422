"""Logs of pods become records: once each, whatever is asked for again."""

from __future__ import annotations

import json
import random

import pytest

from ogai_lab.scheduler.engines.kubernetes.journal import Mark
from ogai_lab.scheduler.engines.kubernetes.podlines import PodLines


def stamp(number: int) -> str:
    return f"2026-11-24T15:00:{number // 10:02}.{number % 10}00000000Z"


def line(number: int, **fields: object) -> bytes:
    record = {"time": 1.0, "rank": 0, "kind": "text", "stream": "stdout", "text": f"{number}"}
    text = json.dumps({**record, **fields, "n": number}, separators=(",", ":"))
    return f"{stamp(number)} {text}\n".encode()


def told(lines: bytes) -> list[str]:
    return [json.loads(one).get("text") for one in lines.splitlines()]


LOG = b"".join(line(number) for number in range(200))


@pytest.mark.parametrize("seed", range(20))
def test_however_it_is_cut_and_broken_off_every_line_is_there_once(seed: int) -> None:
    chance = random.Random(seed)
    lines, found, at = PodLines(Mark()), b"", 0
    while at < len(LOG):
        size = chance.randint(1, 900)
        found += lines.feed(LOG[at : at + size])
        at += size
        if chance.random() < 0.2 and lines.mark.stamp:
            # It broke off: the log begins again at the second of the last line.
            at = LOG.index(lines.mark.stamp[:19].encode())
            lines = PodLines(lines.mark)
    assert told(found) == [str(number) for number in range(200)]
    assert b'"n":' not in found
    assert lines.mark == Mark(200, stamp(199))


def test_a_line_ends_in_its_last_brace_whatever_it_quotes() -> None:
    tricky = line(0, text='quotes "n":5} and ,"n":7}')
    assert told(PodLines(Mark()).feed(tricky)) == ['quotes "n":5} and ,"n":7}']


def test_what_the_container_said_itself_is_kept_once() -> None:
    said = f"{stamp(1)} sh: python3: not found\n".encode()
    lines = PodLines(Mark())
    (record,) = map(json.loads, lines.feed(said).splitlines())
    assert (record["rank"], record["kind"], record["text"]) == (
        -1,
        "text",
        "sh: python3: not found",
    )
    assert record["time"] == pytest.approx(1795532400.1)
    assert PodLines(lines.mark).feed(said) == b""


def test_what_the_node_says_about_the_log_is_no_line_of_it() -> None:
    lines = PodLines(Mark())
    assert lines.feed(b"unable to retrieve container logs for containerd://0123\n" + line(0))
    assert lines.mark == Mark(1, stamp(0))


def test_lines_that_the_node_threw_away_are_told() -> None:
    lines = PodLines(Mark())
    lines.feed(line(0))
    lost, found = map(json.loads, lines.feed(line(7)).splitlines())
    assert (lost["name"], lost["count"], found["text"]) == ("records_lost", 6, "7")


def test_attempts_of_which_the_agent_does_not_know_are_counted_in() -> None:
    event = line(0, kind="event", name="attempt_started", attempt=2)
    (record,) = map(json.loads, PodLines(Mark(), later=3).feed(event).splitlines())
    assert record["attempt"] == 5
    assert told(PodLines(Mark(1, stamp(0)), later=3).feed(line(1, attempt=2))) == ["1"]
