from __future__ import annotations

import threading
import time

import pytest

from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from ogai_lab.scheduler.logs import Filter, end, follow, part

JOB = "job"
ALL = Filter()


@pytest.fixture
def engine(home) -> LocalEngine:
    (home.jobs / JOB).mkdir(parents=True)
    return LocalEngine(home, BlobStore(home.blobs_url), list)


@pytest.fixture
def file(home, engine):
    return home.jobs / JOB / "records.jsonl"


def lines(count: int, ranks: int = 4, length: int = 20) -> bytes:
    """Records that take turns between ranks; each tenth is a metric."""
    return b"".join(
        records.metric({"loss": k}, k, rank=k % ranks)
        if k % 10 == 9
        else records.TextRecords(k % ranks, "stdout").feed(
            f"{k:06d} {'x' * (k * 7919 % length)}\n".encode()
        )
        for k in range(count)
    )


def numbers(chunk) -> list[int]:
    return [int((one.text or "")[:6]) if one.kind == "text" else one.step for one in chunk.records]


@pytest.mark.parametrize("length", [5, 3000])
def test_a_limit_is_kept_and_nothing_is_skipped(engine, file, length) -> None:
    file.write_bytes(lines(3000, length=length))
    offset, seen = 0, []
    for _ in range(100):
        chunk = part(engine, JOB, offset, 70, ALL, over=True)
        assert len(chunk.records) <= 70
        seen += numbers(chunk)
        offset = chunk.offset
        if chunk.ended:
            break
    assert seen == list(range(3000))


def test_filters_by_rank_and_kind(engine, file) -> None:
    file.write_bytes(lines(400))
    chunk = part(engine, JOB, 0, 1000, Filter(rank=1), over=False)
    assert numbers(chunk) == list(range(1, 400, 4))
    assert not chunk.ended
    metrics = part(engine, JOB, 0, 1000, Filter(kind=["metric"]), over=False)
    assert numbers(metrics) == list(range(9, 400, 10))
    some = part(engine, JOB, 0, 7, Filter(rank=1), over=False)
    rest = part(engine, JOB, some.offset, 1000, Filter(rank=1), over=False)
    assert numbers(some) + numbers(rest) == list(range(1, 400, 4))


def test_a_rank_that_said_nothing_is_searched_to_the_end(engine, file) -> None:
    file.write_bytes(lines(30_000))
    chunk = part(engine, JOB, 0, 10, Filter(rank=77), over=True)
    assert (chunk.records, chunk.ended) == ([], True)


@pytest.mark.parametrize("wanted", [ALL, Filter(rank=2), Filter(kind=["metric"])])
def test_the_tail(engine, file, wanted) -> None:
    file.write_bytes(lines(5000))
    every = numbers(part(engine, JOB, 0, 10_000, wanted, over=True))
    chunk = end(engine, JOB, 25, wanted, over=False)
    assert numbers(chunk) == every[-25:]
    assert chunk.offset == file.stat().st_size
    assert numbers(end(engine, JOB, 10_000, wanted, over=True)) == every


def test_nothing_was_said(engine) -> None:
    assert part(engine, JOB, 0, 10, ALL, over=True).ended
    assert end(engine, JOB, 10, ALL, over=False).records == []


def test_a_follower_misses_nothing_and_repeats_nothing(engine, file) -> None:
    """A line cut in half by the read is seen once, whole; what is said just before the end too."""
    data, over = lines(2000), threading.Event()

    def write() -> None:
        with file.open("ab", buffering=0) as out:
            for start in range(0, len(data), 7001):
                out.write(data[start : start + 7001])
                time.sleep(0.002)
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    chunks = list(follow(engine, JOB, 0, ALL, None, over.is_set, lambda: False))
    writer.join()
    assert [number for chunk in chunks for number in numbers(chunk)] == list(range(2000))
    assert [chunk.ended for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


def test_a_follower_comes_back_where_it_left(engine, file) -> None:
    file.write_bytes(lines(1000))
    first = next(iter(follow(engine, JOB, 0, ALL, None, lambda: True, lambda: False)))
    rest = follow(engine, JOB, first.offset, ALL, None, lambda: True, lambda: False)
    seen = numbers(first) + [number for chunk in rest for number in numbers(chunk)]
    assert seen == list(range(1000))


def test_a_follower_may_begin_with_the_tail(engine, file) -> None:
    file.write_bytes(lines(1000))
    chunks = list(follow(engine, JOB, 0, ALL, 20, lambda: True, lambda: False))
    assert [number for chunk in chunks for number in numbers(chunk)] == list(range(980, 1000))
    assert chunks[-1].ended


def test_a_silent_job_is_alive(engine, monkeypatch) -> None:
    monkeypatch.setattr("ogai_lab.scheduler.logs._HEARTBEAT_SECONDS", 0.05)
    chunks = follow(engine, JOB, 0, ALL, None, lambda: False, lambda: False)
    assert [(chunk.records, chunk.ended) for chunk, _ in zip(chunks, range(2), strict=False)] == [
        ([], False),
        ([], False),
    ]


def test_following_stops_when_the_service_closes(engine) -> None:
    assert list(follow(engine, JOB, 0, ALL, None, lambda: False, lambda: True)) == []
