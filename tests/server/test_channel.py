"""Channels: in order, never too much of it, and over when either end is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

from ogai_lab.core import waiting
from ogai_lab_server.channel import Channel


async def _all(channel: Channel) -> bytes:
    taken = b""
    while (data := await channel.take(1.0)) is not None:
        taken += data
    return taken


async def test_lines_arrive_in_order() -> None:
    channel = Channel(asyncio.get_running_loop())
    lines = [b"%d\n" % number for number in range(5000)]
    channel.produce(lambda: iter(lines))
    assert await _all(channel) == b"".join(lines)
    assert channel.failure is None


async def test_the_producer_waits_for_a_slow_reader() -> None:
    channel = Channel(asyncio.get_running_loop(), limit=100)
    made: list[int] = []

    def lines() -> Iterator[bytes]:
        for number in range(100):
            made.append(number)
            yield b"x" * 10

    channel.produce(lines)
    await asyncio.sleep(0.2)
    assert len(made) <= 12  # ten that fill the channel, and the one that waits
    assert len(await _all(channel)) == 1000


async def test_a_producer_whose_reader_left_stops() -> None:
    channel = Channel(asyncio.get_running_loop(), limit=100)
    closed = threading.Event()

    def lines() -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * 10
        finally:
            closed.set()

    channel.produce(lines)
    await channel.take(1.0)
    channel.leave()
    assert await asyncio.to_thread(closed.wait, 60)


async def test_a_producer_that_waits_for_news_is_told() -> None:
    channel = Channel(asyncio.get_running_loop())
    ended = threading.Event()

    def lines() -> Iterator[bytes]:
        while waiting.pause(60):
            yield b""
        ended.set()

    channel.produce(lines)
    assert await channel.take(0.05) == b""  # time for a heartbeat
    channel.leave()
    assert await asyncio.to_thread(ended.wait, 60)


async def test_a_failure_comes_after_what_was_said_before_it() -> None:
    channel = Channel(asyncio.get_running_loop())

    def lines() -> Iterator[bytes]:
        yield b"said\n"
        raise ValueError("broken")

    channel.produce(lines)
    assert await _all(channel) == b"said\n"
    assert str(channel.failure) == "broken"
