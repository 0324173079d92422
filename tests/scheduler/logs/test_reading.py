from __future__ import annotations

import threading
import time

import pytest

from ogai_lab.core import records
from ogai_lab.scheduler.logs.reading import before, end, follow, part
from ogai_lab.scheduler.logs.scan import Filter

ALL = Filter()


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
def test_a_limit_is_kept_and_nothing_is_skipped(source, file, length) -> None:
    file.write_bytes(lines(3000, length=length))
    offset, seen = 0, []
    for _ in range(100):
        chunk = part(source, offset, 70, ALL, over=True)
        assert len(chunk.records) <= 70
        seen += numbers(chunk)
        offset = chunk.offset
        if chunk.ended:
            break
    assert seen == list(range(3000))


def test_filters_by_rank_and_kind(source, file) -> None:
    file.write_bytes(lines(400))
    chunk = part(source, 0, 1000, Filter(rank=1), over=False)
    assert numbers(chunk) == list(range(1, 400, 4))
    assert not chunk.ended
    metrics = part(source, 0, 1000, Filter(kind=["metric"]), over=False)
    assert numbers(metrics) == list(range(9, 400, 10))
    some = part(source, 0, 7, Filter(rank=1), over=False)
    rest = part(source, some.offset, 1000, Filter(rank=1), over=False)
    assert numbers(some) + numbers(rest) == list(range(1, 400, 4))


def test_a_rank_that_said_nothing_is_searched_to_the_end(source, file) -> None:
    file.write_bytes(lines(30_000))
    chunk = part(source, 0, 10, Filter(rank=77), over=True)
    assert (chunk.records, chunk.ended) == ([], True)


@pytest.mark.parametrize("wanted", [ALL, Filter(rank=2), Filter(kind=["metric"])])
def test_the_tail(source, file, wanted) -> None:
    file.write_bytes(lines(5000))
    every = numbers(part(source, 0, 10_000, wanted, over=True))
    chunk = end(source, 25, wanted, over=False)
    assert numbers(chunk) == every[-25:]
    assert chunk.offset == file.stat().st_size
    assert numbers(end(source, 10_000, wanted, over=True)) == every


@pytest.mark.parametrize("length", [5, 3000])
@pytest.mark.parametrize("wanted", [ALL, Filter(rank=2)])
def test_backwards_from_the_end_everything_comes_once(source, file, wanted, length) -> None:
    file.write_bytes(lines(3000, length=length))
    every = numbers(part(source, 0, 10_000, wanted, over=True))
    chunk = end(source, 130, wanted, over=False)
    seen = numbers(chunk)
    while chunk.start > 0:
        chunk = before(source, chunk.start, 70, wanted)
        seen = numbers(chunk) + seen
    assert seen == every


def test_each_record_says_where_it_begins(source, file) -> None:
    file.write_bytes(lines(300))
    chunk = end(source, 9, Filter(rank=1), over=False)
    for record in chunk.records:
        assert part(source, record.offset, 1, ALL, over=True).records == [record]
    assert chunk.records[0].offset == chunk.start


def test_what_is_being_written_is_left_for_later(source, file) -> None:
    data = lines(50)
    file.write_bytes(data[:-7])
    last = end(source, 10, ALL, over=False)
    assert numbers(last) == list(range(39, 49))
    file.write_bytes(data)
    assert numbers(part(source, last.offset, 10, ALL, over=False)) == [49]


def test_a_call_that_found_nothing_for_long_says_where_to_go_on(source, file, monkeypatch) -> None:
    monkeypatch.setattr("ogai_lab.scheduler.logs.reading._SCAN_BYTES", 1 << 19)
    file.write_bytes(lines(4, ranks=4) + lines(30_000, ranks=1))
    chunk, calls = end(source, 10, Filter(rank=3), over=False), 1
    while not chunk.records and chunk.start > 0:
        chunk, calls = before(source, chunk.start, 10, Filter(rank=3)), calls + 1
    assert numbers(chunk) == [3]
    assert calls > 1


def test_filters_by_stream_and_level(source, say) -> None:
    say("INFO begin", "step 1", "WARNING slow")
    say("ERROR out", "step 2", stream="stderr", rank=1)
    texts = lambda wanted: [r.text for r in part(source, 0, 99, wanted, over=True).records]  # noqa: E731
    assert texts(Filter(stream="stderr")) == ["ERROR out", "step 2"]
    assert texts(Filter(level=["error", "warning"])) == ["WARNING slow", "ERROR out"]
    assert texts(Filter(level=["other"], stream="stdout")) == ["step 1"]
    assert texts(Filter(level=["error"], rank=0)) == []


def test_nothing_was_said(source) -> None:
    assert part(source, 0, 10, ALL, over=True).ended
    assert end(source, 10, ALL, over=False).records == []


def test_a_follower_misses_nothing_and_repeats_nothing(source, file) -> None:
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
    chunks = list(follow(source, 0, ALL, None, over.is_set, lambda: False))
    writer.join()
    assert [number for chunk in chunks for number in numbers(chunk)] == list(range(2000))
    assert [chunk.ended for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


def test_a_follower_comes_back_where_it_left(source, file) -> None:
    file.write_bytes(lines(1000))
    first = next(iter(follow(source, 0, ALL, None, lambda: True, lambda: False)))
    rest = follow(source, first.offset, ALL, None, lambda: True, lambda: False)
    seen = numbers(first) + [number for chunk in rest for number in numbers(chunk)]
    assert seen == list(range(1000))


def test_a_follower_may_begin_with_the_tail(source, file) -> None:
    file.write_bytes(lines(1000))
    chunks = list(follow(source, 0, ALL, 20, lambda: True, lambda: False))
    assert [number for chunk in chunks for number in numbers(chunk)] == list(range(980, 1000))
    assert chunks[-1].ended


def test_a_silent_job_is_alive(source, monkeypatch) -> None:
    monkeypatch.setattr("ogai_lab.scheduler.logs.reading._HEARTBEAT_SECONDS", 0.05)
    chunks = follow(source, 0, ALL, None, lambda: False, lambda: False)
    assert [(chunk.records, chunk.ended) for chunk, _ in zip(chunks, range(2), strict=False)] == [
        ([], False),
        ([], False),
    ]


def test_following_stops_when_the_service_closes(source) -> None:
    assert list(follow(source, 0, ALL, None, lambda: False, lambda: True)) == []
