"""A rank, as the agent of its node sees it: what it says, how long ago, and how it ended."""

from __future__ import annotations

import functools
import os
import time
from typing import Any, Callable, Dict, List, Optional, Union

from ogai_lab.core import records
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.launch import Pipes
from ogai_lab.scheduler.agent.loop import Loop
from ogai_lab.scheduler.agent.sink import Sink

READ = 1 << 18
TAIL_BYTES = 16 << 10
TAIL_LINES = 20


class Rank:
    """One rank of one attempt.

    Parameters
    ----------
    number
        Its rank in the whole job.
    loop, sink
        Where to wait for what it says, and where that goes.
    on_drained
        Called when it has ended and all that it said has been read.
    """

    def __init__(
        self, number: int, loop: Loop, sink: Sink, on_drained: Callable[[Rank], None]
    ) -> None:
        self.number = number
        self._loop, self._sink, self._on_drained = loop, sink, on_drained
        self.pipes = Pipes()
        self._outlets: Dict[int, Union[Text, _Lines]] = {
            self.pipes.reads[0]: Text(number, "stdout"),
            self.pipes.reads[1]: Text(number, "stderr"),
            self.pipes.reads[2]: _Lines(),
        }
        self._texts = [outlet for outlet in self._outlets.values() if isinstance(outlet, Text)]
        self.pid: Optional[int] = None
        self.status: Optional[int] = None
        self.told_to_end = False
        self.drained = False
        self.heard: Optional[float] = None
        self.listen(True)

    @property
    def running(self) -> bool:
        """Whether its process has started and not ended."""
        return self.pid is not None and self.status is None

    def started(self, pid: int) -> None:
        """Note its process; its ends of the pipes are closed here."""
        self.pid = pid
        self.pipes.close_writes()

    def ended(self, status: int) -> None:
        """Note how its process ended (a wait status)."""
        self.status = status

    def listen(self, on: bool) -> None:
        """Read what it says, or, while the disk is full, let it wait."""
        for descriptor in self._outlets:
            self._loop.unwatch(descriptor)
            if on:
                self._loop.watch(descriptor, functools.partial(self._read, descriptor))

    def signal(self, number: int) -> None:
        """Signal its process group."""
        if self.pid is not None:
            processes.kill_group(self.pid, number)

    def drain(self, now: bool = False) -> None:
        """Finish reading if all has been read, or, with `now`, with what has been."""
        if self.drained or self.status is None or (self._outlets and not now):
            return
        for descriptor in list(self._outlets):
            self._read(descriptor)
        for descriptor in list(self._outlets):
            self._close(descriptor)
        self.drained = True
        self._on_drained(self)

    def abandon(self) -> None:
        """Give up a rank that never started."""
        self.pipes.close_writes()
        for descriptor in list(self._outlets):
            self._close(descriptor)
        self.drained = True

    def exit(self) -> Dict[str, Any]:
        """Return how it ended: its exit code, or the signal that ended it."""
        status = self.status or 0
        if os.WIFSIGNALED(status):
            return {"rank": self.number, "code": None, "signal": os.WTERMSIG(status)}
        return {"rank": self.number, "code": os.WEXITSTATUS(status), "signal": None}

    def tail(self) -> List[str]:
        """Return its last lines: of the standard error when it wrote any, else of the output.

        They are plain: the colours are in the records.
        """
        output, errors = (text.tail.decode("utf-8", "replace") for text in self._texts)
        lines = (errors.strip() or output.strip()).splitlines()[-TAIL_LINES:]
        return [records.plain(line)[:2000] for line in lines]

    def _read(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, READ)
        except BlockingIOError:
            return
        if not data:
            self._close(descriptor)
            self.drain()
            return
        self.heard = time.monotonic()
        lines = self._outlets[descriptor].feed(data)
        if lines:
            self._sink.write(lines)

    def _close(self, descriptor: int) -> None:
        self._loop.unwatch(descriptor)
        os.close(descriptor)
        rest = self._outlets.pop(descriptor).flush()
        if rest:
            self._sink.write(rest)


class Text:
    """What a rank prints on one stream."""

    def __init__(self, rank: int, stream: str) -> None:
        self._encoder = records.TextRecords(rank, stream)
        self.tail = b""

    def feed(self, data: bytes) -> bytes:
        """Return the records of the lines that `data` completes."""
        self.tail = (
            data[-TAIL_BYTES:] if len(data) >= TAIL_BYTES else (self.tail + data)[-TAIL_BYTES:]
        )
        return self._encoder.feed(data)

    def flush(self) -> bytes:
        """Return the record of an unfinished last line."""
        return self._encoder.flush()


class _Lines:
    """What a rank reports: records already, passed on line by line."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        if len(self._rest) > records.MAX_LINE:
            self._rest = b""
        return whole + newline

    def flush(self) -> bytes:
        return b""
