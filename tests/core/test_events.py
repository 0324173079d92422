"""Events: with their change or not at all, in order, and told at once."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
import sqlalchemy as sa

from ogai_lab.core import waiting
from ogai_lab.core.activity import Activity
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog, schema_files

SCHEMA = "https://schemas.ogai-lab.org/test/thing/v1"


def _emit(database: Database, log: EventLog, number: int) -> None:
    with database.write() as connection:
        log.emit(connection, SCHEMA, {"number": number})


def test_an_event_comes_with_its_change_or_not_at_all(database: Database, events: EventLog) -> None:
    def fail() -> None:
        with database.write() as connection:
            events.emit(connection, SCHEMA, {"number": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (events.last(), events.read(0)) == (0, [])
    _emit(database, events, 2)
    assert [event.data for event in events.read(0)] == [{"number": 2}]


def test_followers_see_every_event_once_and_in_order(database: Database) -> None:
    """Four writers, each with a log of its own as another process has; two followers."""
    logs = [EventLog(database) for _ in range(4)]
    follower = EventLog(database)
    seen: list[list[int]] = [[], []]

    def follow(into: list[int]) -> None:
        into += [event.seq for event in itertools.islice(follower.follow(0), 80)]

    def write(log: EventLog) -> None:
        for number in range(20):
            _emit(database, log, number)

    threads = [threading.Thread(target=follow, args=(into,)) for into in seen]
    threads += [threading.Thread(target=write, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.read() as connection:
        everything = connection.scalars(sa.text("SELECT seq FROM events ORDER BY seq")).all()
    assert seen[0] == seen[1] == list(everything)
    assert len(everything) == 80


def test_a_follower_in_this_process_is_woken_and_does_not_wait(
    database: Database, events: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ogai_lab.core.events._LOOK_SECONDS", 60.0)
    got = threading.Event()
    _emit(database, events, 0)

    def follow() -> None:
        for event in events.follow(1):
            if event:
                got.set()
                return

    follower = threading.Thread(target=follow, daemon=True)
    follower.start()
    time.sleep(0.2)
    _emit(database, events, 1)
    assert got.wait(20)
    follower.join(20)


def test_activity_pages_and_resumes(database: Database, events: EventLog) -> None:
    activity = Activity(events)
    for number in range(5):
        _emit(database, events, number)
    assert [event.seq for event in activity.events(after=2, limit=2)] == [3, 4]
    assert activity.last() == 5
    followed = activity.follow(after=3)
    assert [event.seq for event in (next(followed), next(followed)) if event] == [4, 5]


def test_activity_beats_when_nothing_happens_and_ends_when_its_reader_leaves(
    events: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ogai_lab.core.activity._HEARTBEAT_SECONDS", 0.0)
    gone = threading.Event()
    with waiting.listening_to(gone):
        followed = Activity(events).follow()
        assert next(followed) is None
        gone.set()
        assert list(followed) == []


def test_every_schema_is_one_that_jupyters_bus_accepts() -> None:
    from jupyter_events import EventLogger

    logger = EventLogger()
    for file in schema_files():
        logger.register_event_schema(file)
    assert schema_files()
