"""The ledger on every kind of database."""

from __future__ import annotations

import threading

import pytest

from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict, NotFound
from ogai_lab.core.events import EventLog
from ogai_lab.scheduler import history, listing
from ogai_lab.scheduler.engines.base import Placement
from ogai_lab.scheduler.entries import new_id
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.spec import CommandRun, ExitKind, FunctionRun, JobSpec
from ogai_lab.scheduler.types import Exit, JobState, Snapshot


@pytest.fixture
def ledger(events: EventLog) -> Ledger:
    return Ledger(events)


def spec(**fields) -> JobSpec:
    return JobSpec(run=CommandRun(argv=["true"]), **fields)


def add(database: Database, ledger: Ledger, key=None, **fields) -> str:
    with database.write() as connection:
        return ledger.add(connection, spec(**fields), "ann", None, key)


def test_ids_sort_by_time_and_do_not_repeat() -> None:
    ids = [new_id(1_790_000_000 + second) for second in range(100)]
    assert ids == sorted(set(ids))
    assert {len(one) for one in ids} == {17}
    assert len({new_id(1_790_000_000) for _ in range(1000)}) == 1000


def test_a_job_comes_back_as_it_was_asked(database, ledger) -> None:
    asked = JobSpec(
        run=FunctionRun(name="f", payload="QUJD" * 1000),
        nodes=2,
        gpus=3,
        memory=5 << 30,
        labels={"kind": "test", "ü": "ä"},
        timeout=7,
    )
    snapshot = Snapshot(digest="sha256:" + "0" * 64, files=1, size=2)
    with database.write() as connection:
        job_id = ledger.add(connection, asked, "ann", snapshot, None)
    with database.read() as connection:
        assert ledger.asked(connection, job_id) == (asked, snapshot)
        assert listing.show(connection, job_id).spec == asked
        (listed,) = listing.page(connection, label=["ü=ä"]).items
        entry = ledger.entry(connection, job_id)
    assert isinstance(listed.spec.run, FunctionRun)
    assert listed.spec.run.payload == ""
    assert (entry.nodes, entry.cpus, entry.gpus, entry.memory) == (2, 3.0, 3, 5 << 30)


def test_a_change_happens_once(database, ledger, events) -> None:
    job_id = add(database, ledger)
    with database.read() as connection:
        seen = ledger.entry(connection, job_id)
    with database.write() as connection:
        first = ledger.change(
            connection,
            seen,
            JobState.STARTING,
            "It starts.",
            placements=(Placement(node="a", gpus=(0, 1)),),
            attempt=1,
        )
    with database.write() as connection:
        second = ledger.change(connection, seen, JobState.CANCELLED, "Too late.")
    assert second is None
    with database.read() as connection:
        assert ledger.entry(connection, job_id) == first
    assert [event.data["state"] for event in events.read(0)] == ["queued", "starting"]


def test_of_many_at_once_one_changes_it(database, ledger) -> None:
    job_id = add(database, ledger)
    with database.read() as connection:
        seen = ledger.entry(connection, job_id)
    won = []

    def change(number: int) -> None:
        with database.write() as connection:
            if ledger.change(connection, seen, JobState.STARTING, f"By {number}."):
                won.append(number)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_change_that_is_undone_is_not_told(database, ledger, events) -> None:
    job_id = add(database, ledger)
    before = events.last()

    def fail_after_change() -> None:
        with database.write() as connection:
            ledger.change(connection, ledger.entry(connection, job_id), JobState.FAILED, "No.")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_change()
    assert events.last() == before
    with database.read() as connection:
        assert ledger.entry(connection, job_id).state is JobState.QUEUED


def test_one_key_of_many_requests_at_once_is_one_job(database, ledger) -> None:
    ids = []
    threads = [
        threading.Thread(target=lambda: ids.append(add(database, ledger, ("k", "same"))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1
    with pytest.raises(Conflict):
        add(database, ledger, ("k", "different"))
    with database.read() as connection:
        assert listing.page(connection).total == 1


def test_order_is_by_priority_then_sequence_whatever_the_clock(
    database, ledger, monkeypatch
) -> None:
    names = []
    for number, at in enumerate((1000.0, 500.0, 100.0)):  # the clock runs backwards
        monkeypatch.setattr("ogai_lab.scheduler.ledger.time.time", lambda at=at: at)
        add(database, ledger, name=str(number))
    monkeypatch.undo()
    add(database, ledger, name="urgent", priority=1)
    with database.read() as connection:
        names = [entry.name for entry in ledger.waiting(connection, ["default"])]
        page = listing.page(connection)
    assert names == ["urgent", "0", "1", "2"]
    assert [job.name for job in page.items] == ["urgent", "2", "1", "0"]
    assert [job.queue_position for job in page.items] == [1, 4, 3, 2]


def test_an_attempt_never_ends_before_it_started(database, ledger) -> None:
    job_id = add(database, ledger)
    lost = Exit(kind=ExitKind.NODE_LOST, message="Lost.")
    with database.write() as connection:
        entry = ledger.entry(connection, job_id)
        ledger.begin_attempt(connection, entry, 1, started=1000.0)
        ledger.begin_attempt(connection, entry, 1, started=2000.0)
        ledger.end_attempts(connection, job_id, 900.0, lost)
        ledger.begin_attempt(connection, entry, 2, started=1100.0)
        ledger.begin_attempt(connection, entry, 3, started=1200.0)
        ledger.end_attempts(connection, job_id, 1250.0, lost)
        attempts = history.attempts(connection, job_id)
        assert ledger.seconds_used(connection, job_id) == 150.0
    assert [(one.number, one.started, one.ended) for one in attempts] == [
        (1, 1000.0, 1000.0),
        (2, 1100.0, 1200.0),
        (3, 1200.0, 1250.0),
    ]
    assert [one.exit for one in attempts] == [lost, None, lost]


def test_what_is_removed_is_gone_and_its_use_stays(database, ledger) -> None:
    job_id = add(database, ledger, ("k", "d"), labels={"a": "b"})
    with database.write() as connection:
        entry = ledger.entry(connection, job_id)
        ledger.begin_attempt(connection, entry, 1, started=1000.0)
        ledger.end_attempts(connection, job_id, 1010.0, None)
        assert ledger.remove(connection, entry)
        assert not ledger.remove(connection, entry)
    with database.read() as connection:
        with pytest.raises(NotFound):
            ledger.entry(connection, job_id)
        assert listing.page(connection, label=["a=b"]).total == 0
        assert [stay.job for stay in history.stays(connection, None, None)] == [job_id]
    assert add(database, ledger, ("k", "d"), labels={"a": "b"}) != job_id
