"""How a node starts ranks: forked from a warm parent where there is one, spawned where not."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Mapping, Optional

from ogai_lab.core import records
from ogai_lab.scheduler.agent import launch, processes, program
from ogai_lab.scheduler.agent.forker import Forker
from ogai_lab.scheduler.agent.loop import Loop
from ogai_lab.scheduler.agent.ranks import Rank, Text
from ogai_lab.scheduler.agent.sink import Sink

Message = Dict[str, Any]


class Starter:
    """Starts the ranks of one node.

    Parameters
    ----------
    loop, sink
        Where to wait, and where events and the words of the warm parent go.
    order, number, folder
        The job's order, the node's number and the job's folder.
    forker
        A warm parent that stood ready before there was this job; it is used when it fits.
    on_started, on_failed
        Called with each rank and its pid, or the reason why it cannot be started.
    """

    def __init__(
        self,
        loop: Loop,
        sink: Sink,
        order: Mapping[str, Any],
        number: int,
        folder: str,
        forker: Optional[Forker],
        *,
        on_started: Callable[[Rank, int], None],
        on_failed: Callable[[Rank, str], None],
    ) -> None:
        self._loop, self._sink = loop, sink
        self._order, self._number, self._folder = order, number, folder
        self._work = os.path.join(folder, "work")
        self._on_started, self._on_failed = on_started, on_failed
        self._ranks: List[Rank] = []
        self._start: Message = {}
        self._forker = forker
        self.environment = launch.node_environment(order, number, folder)
        self.wants_warm = warm_is_wanted(order)
        self.was_warm = False

    @property
    def spared(self) -> List[int]:
        """The processes that are the starter's own, not a rank's."""
        return [self._forker.pid] if self._forker is not None else []

    def prepare(self) -> None:
        """Get ready for the first attempt: files, and the warm parent."""
        program.prepare(self._order, self._work)
        if self._forker is None:
            self._warm_up()
            return
        self._forker.hear(self._on_warm, self._on_forked, self._on_lost)
        self._forker.adopt(self._folder, self._number)

    def start(self, ranks: List[Rank], message: Message) -> None:
        """Start the ranks of an attempt, now or when the warm parent is ready."""
        self._ranks, self._start = ranks, message
        if self._forker is None:
            self._warm_up()
        if self._forker is None or self._forker.ready:
            self._launch()

    def close(self) -> None:
        """End the warm parent."""
        if self._forker is not None:
            self._forker.close()
            self._forker = None

    def _warm_up(self) -> None:
        if not self.wants_warm:
            return
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._listen_to_parent(read)
        try:
            self._forker = Forker(self._loop, self._order, self._folder, self.environment, write)
            self._forker.hear(self._on_warm, self._on_forked, self._on_lost)
        except OSError as exc:
            self._on_warm(f"{exc.filename!r} cannot be started: {exc.strerror}")
        finally:
            os.close(write)

    def _listen_to_parent(self, descriptor: int) -> None:
        text = Text(-1, "stderr")

        def read() -> None:
            data = os.read(descriptor, 1 << 16)
            self._sink.write(text.feed(data) if data else text.flush())
            if not data:
                self._loop.unwatch(descriptor)
                os.close(descriptor)

        self._loop.watch(descriptor, read)

    def _on_warm(self, reason: str) -> None:
        if reason:
            self._note(reason)
            self.close()
            self.wants_warm = False
        self.was_warm = not reason
        self._launch()

    def _on_lost(self) -> None:
        """Spawn what was not forked yet; the next attempt gets a new warm parent."""
        self._note("the warm parent was killed")
        self._forker = None
        for rank in self._waiting():
            self._spawn(rank)

    def _note(self, reason: str) -> None:
        self._sink.write(records.event("not_warm", node=self._number, reason=reason))

    def _waiting(self) -> List[Rank]:
        return [rank for rank in self._ranks if rank.pid is None and not rank.drained]

    def _launch(self) -> None:
        for rank in self._waiting():
            if self._forker is not None:
                try:
                    self._forker.fork(rank.number, self._own(rank), rank.pipes.writes)
                    continue
                except OSError:
                    self.close()
            self._spawn(rank)

    def _own(self, rank: Rank) -> Dict[str, str]:
        local = rank.number - self._ranks[0].number
        own = launch.rank_environment(self._order, self._number, local, self._start)
        return {**own, "OGAI_RECORDS_FD": str(rank.pipes.writes[2])}

    def _spawn(self, rank: Rank) -> None:
        argv = program.command(self._order, self._folder)
        environment = {**self.environment, **self._own(rank)}
        try:
            pid = launch.spawn(argv, environment, self._work, rank.pipes.writes)
        except OSError as exc:
            self._on_failed(rank, f"{exc.filename or argv[0]!r} cannot be started: {exc.strerror}.")
            return
        self._on_started(rank, pid)

    def _on_forked(self, attempt: str, number: int, pid: int) -> None:
        rank = next((rank for rank in self._waiting() if rank.number == number), None)
        if rank is None or attempt != str(self._start["attempt"]):
            processes.kill_group(pid)  # its attempt was ended before it began
            return
        self._on_started(rank, pid)


def warm_is_wanted(order: Mapping[str, Any]) -> bool:
    """Whether ranks of this order are to be forked from a warm parent."""
    spec = order["spec"]
    return bool(spec["preload"]) and program.is_python(spec["run"]) and processes.LINUX
