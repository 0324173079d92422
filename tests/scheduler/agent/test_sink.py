from __future__ import annotations

import errno
import os
import signal

import pytest

from ogai_lab.core import records
from ogai_lab.scheduler.agent import sink as sinks
from ogai_lab.scheduler.agent.loop import Loop
from ogai_lab.scheduler.agent.sink import Sink


@pytest.fixture
def loop():
    old = signal.set_wakeup_fd(-1)
    yield Loop()
    signal.set_wakeup_fd(old)


class Disk:
    """The disk as `os.write` sees it: `room` bytes, then full."""

    def __init__(self, monkeypatch, room):
        self.room, self._write = room, os.write
        monkeypatch.setattr(sinks.os, "write", self.write)

    def write(self, descriptor, data):
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = self._write(descriptor, bytes(data[: self.room]))
        self.room -= done
        return done


def line(number):
    return records.event("n", now=0.0, number=number)


def make(loop, path, patience=60.0):
    told = []
    made = Sink(loop, str(path), patience, told.append, lambda: told.append("full"))
    return made, told


def numbers(path):
    return [record["number"] for record in records.read(str(path)).records]


def test_lines_cut_by_a_full_disk_are_written_again_whole(loop, tmp_path, monkeypatch):
    path = tmp_path / "records.jsonl"
    sink, told = make(loop, path)
    other, _ = make(loop, path)
    disk = Disk(monkeypatch, room=len(line(0)) * 2 + 10)
    for number in range(5):
        sink.write(line(number))
    sink.flush()
    assert told == [True]
    assert sink.blocked
    disk.room = 10_000
    other.write(line(99))  # another agent appends right behind the cut
    other.flush()
    loop.later(1.0, loop.stop)
    loop.run()
    assert told == [True, False]
    assert sorted(numbers(path)) == [0, 1, 2, 3, 4, 99]


def test_patience_ends_once(loop, tmp_path, monkeypatch):
    sink, told = make(loop, tmp_path / "records.jsonl", patience=0.3)
    Disk(monkeypatch, room=0)
    sink.write(line(1))
    sink.flush()
    loop.later(1.5, loop.stop)
    loop.run()
    assert told == [True, "full"]
    assert sink.gave_up


def test_a_torn_end_is_closed_first(loop, tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(line(1) + line(2)[:20])
    sink, _ = make(loop, path)
    sink.write(line(3))
    sink.close()
    assert numbers(path) == [1, 3]
