"""Records are appended once, wherever the process that appends is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ogai_lab.scheduler.engines.kubernetes.journal import Journal, Mark


def read(folder: Path) -> bytes:
    return (folder / "records.jsonl").read_bytes()


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    first.append(b"one\n", {"a": Mark(1, "t1")})
    first.append(b"two\n", {"b": Mark(5, "t2", over=True)})
    first.close()
    again = Journal(tmp_path)
    assert again.marks == {"a": Mark(1, "t1"), "b": Mark(5, "t2", over=True)}
    again.append(b"three\n", {})
    assert read(tmp_path) == b"one\ntwo\nthree\n"


@pytest.mark.parametrize("kept", range(9))
def test_killed_while_it_writes_it_finishes_that_when_it_comes_back(tmp_path, kept) -> None:
    journal = Journal(tmp_path)
    journal.append(b"one\n", {"a": Mark(1)})
    journal.append(b"two-two\n", {"a": Mark(3)})
    journal.close()
    with (tmp_path / "records.jsonl").open("r+b") as file:
        file.truncate(4 + kept)
    again = Journal(tmp_path)
    assert again.marks["a"] == Mark(3)
    assert read(tmp_path) == b"one\ntwo-two\n"


def test_killed_before_it_noted_anything_nothing_was_appended(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(b"one\n", {"a": Mark(1)})
    (tmp_path / "gathered.next").write_bytes(b'{"at":4,"pods":{"a"')
    again = Journal(tmp_path)
    assert (again.marks["a"], read(tmp_path)) == (Mark(1), b"one\n")
