"""A node's part of a job: its ranks, attempt after attempt, as the head says."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, Callable, Dict, List, Mapping, Optional, Type

from ogai_lab.core import records
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import write_json
from ogai_lab.scheduler.agent.forker import Forker
from ogai_lab.scheduler.agent.loop import Loop, Timer
from ogai_lab.scheduler.agent.ranks import Rank
from ogai_lab.scheduler.agent.sink import Sink
from ogai_lab.scheduler.agent.starter import Starter

Message = Dict[str, Any]
DRAIN = 1.0
"""Seconds for which a descendant may still speak when its rank has ended."""


class Node:
    """Starts, watches and ends the ranks of one node.

    It does what the head says (`start`, `kill`, `stop`) and reports in messages: ``started``,
    ``exited``, ``trouble`` (a hang, too much memory, a rank that cannot start, a full disk) and,
    when nothing of the attempt is left, ``cleared``.
    """

    def __init__(
        self,
        loop: Loop,
        order: Mapping[str, Any],
        number: int,
        folder: str,
        forker: Optional[Forker] = None,
        sink: Type[Sink] = Sink,
    ) -> None:
        self._loop, self._order, self._number, self._folder = loop, order, number, folder
        self._spec: Mapping[str, Any] = order["spec"]
        self.report: Callable[[Message], None] = lambda message: None
        patience = float(os.environ.get("AGENT_STORAGE_PATIENCE", "30"))
        path = os.path.join(folder, "records.jsonl")
        self.sink = sink(loop, path, patience, self._on_blocked, self._on_full)
        loop.after = self.sink.flush
        loop.on_signal(signal.SIGCHLD, self._reap)
        self._ranks: List[Rank] = []
        self._start: Message = {}
        self._starter = Starter(
            loop,
            self.sink,
            order,
            number,
            folder,
            forker,
            on_started=self._on_started,
            on_failed=self._on_start_failed,
        )
        self._unclaimed: Dict[int, int] = {}
        self._dead: List[Rank] = []
        self._watch: Optional[Timer] = None
        self._cleared = True

    # What the head says

    def prepare(self) -> None:
        """Get ready before the first attempt: files, and the warm parent."""
        self._starter.prepare()

    def start(self, message: Message) -> None:
        """Start the ranks of an attempt (when the warm parent is ready, if there is one)."""
        self._start = message
        self._cleared = False
        self._unclaimed.clear()
        self._ranks = [
            Rank(
                self._number * self._order["ranks_per_node"] + local,
                self._loop,
                self.sink,
                self._on_drained,
            )
            for local in range(self._order["ranks_per_node"])
        ]
        self._starter.start(self._ranks, message)
        self._watch = self._loop.later(1.0, self._check)

    def kill(self) -> None:
        """End all ranks at once."""
        self._end_ranks(signal.SIGKILL)
        self._give_up_unstarted()
        self._clear()

    def stop(self, grace: float) -> None:
        """Ask all ranks to end, and end them after `grace` seconds."""
        self._end_ranks(signal.SIGTERM, signal.SIGCONT)
        attempt = self._start.get("attempt")
        self._loop.later(
            grace, lambda: self.kill() if self._start.get("attempt") == attempt else None
        )
        self._give_up_unstarted()
        self._clear()

    def finish(self) -> None:
        """End what is left when the job is over."""
        self._starter.close()
        self.kill()
        self._end_strays()
        self.sink.close()

    # Watching

    def _on_started(self, rank: Rank, pid: int) -> None:
        rank.started(pid)
        self.sink.write(
            records.event(
                "rank_started", rank.number, node=self._number, pid=pid, attempt=self._attempt
            )
        )
        if all(rank.pid is not None for rank in self._ranks):
            write_groups(self._folder, self._number, [rank.pid for rank in self._ranks if rank.pid])
            self.report({"t": "started", "attempt": self._attempt})
        if self._cleared:
            rank.signal(signal.SIGKILL)
        if pid in self._unclaimed:
            rank.ended(self._unclaimed.pop(pid))
            self._on_exit(rank)

    def _on_start_failed(self, rank: Rank, text: str) -> None:
        rank.abandon()
        self._trouble("start_failed", rank.number, text)

    @property
    def was_warm(self) -> bool:
        """Whether its ranks were forked, so that a spare would serve the next job like it."""
        return self._starter.was_warm

    @property
    def _attempt(self) -> int:
        return int(self._start.get("attempt", 0))

    def _reap(self) -> None:
        self._collect()
        while self._dead:
            self._on_exit(self._dead.pop(0))

    def _collect(self) -> None:
        """Note all that have ended by now, before anybody acts on the first of them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            rank = next((rank for rank in self._ranks if rank.pid == pid), None)
            if rank is None:
                self._unclaimed[pid] = status
            else:
                rank.ended(status)
                self._dead.append(rank)

    def _on_exit(self, rank: Rank) -> None:
        how = rank.exit()
        self.sink.write(
            records.event(
                "rank_exited",
                rank.number,
                code=how["code"],
                signal=how["signal"],
                attempt=self._attempt,
            )
        )
        told = rank.told_to_end
        self.report({"t": "exited", "attempt": self._attempt, "told_to_end": told, **how})
        rank.drain()
        if not rank.drained:
            self._loop.later(DRAIN, lambda: self._cut_off(rank))

    def _cut_off(self, rank: Rank) -> None:
        """End what a rank left behind, and read what that still said."""
        rank.signal(signal.SIGKILL)
        self._loop.later(0.05, lambda: self._drain_when_free(rank))

    def _drain_when_free(self, rank: Rank) -> None:
        if self.sink.blocked and not self.sink.gave_up:
            self._loop.later(0.25, lambda: self._drain_when_free(rank))
        else:
            rank.drain(now=True)

    def _on_drained(self, rank: Rank) -> None:
        rank.signal(signal.SIGKILL)
        self._clear()

    def _clear(self) -> None:
        """Report once that nothing of the attempt is left."""
        if self._cleared or not all(rank.drained for rank in self._ranks):
            return
        self._cleared = True
        if self._watch is not None:
            self._watch.cancel()
        self._end_strays()
        tails = {str(rank.number): rank.tail() for rank in self._ranks}
        self.report({"t": "cleared", "attempt": self._attempt, "tails": tails})

    def _end_ranks(self, *signals: int) -> None:
        self._collect()  # whoever is dead already did not die of this
        for rank in self._ranks:
            if rank.running:
                rank.told_to_end = True
                for number in signals:
                    rank.signal(number)

    def _give_up_unstarted(self) -> None:
        for rank in self._ranks:
            if rank.pid is None and not rank.drained:
                rank.abandon()

    def _end_strays(self) -> None:
        """End descendants that left their rank's group: our own, and those that may become it."""
        spare = self._starter.spared
        environment = self._starter.environment
        marks = [f"{name}={environment[name]}" for name in ("OGAI_OUTPUT", "GROUP_RANK")]
        for pid in list(processes.with_environment(*marks, spare=spare)):
            processes.kill(pid)
        ranks = [rank.pid for rank in self._ranks]
        for pid in list(processes.children(os.getpid())):
            if pid not in spare and pid not in ranks:
                processes.kill(pid)

    def _check(self) -> None:
        """Look once a second for ranks that hang, and at the memory they hold."""
        self._watch = self._loop.later(1.0, self._check)
        limit = self._spec.get("hang_timeout")
        if limit is not None and not self.sink.blocked:
            self._check_hangs(float(limit))
        if self._spec.get("memory"):
            self._check_memory(int(self._spec["memory"]))

    def _check_hangs(self, limit: float) -> None:
        now = time.monotonic()
        for rank in self._ranks:
            if rank.running and rank.heard is not None and now - rank.heard > limit:
                found = processes.stat(rank.pid or 0)
                why = " Its process is stopped (SIGSTOP)." if found and found.state == "T" else ""
                self._trouble(
                    "hang",
                    rank.number,
                    f"Rank {rank.number} gave no sign of life for {limit:g} s.{why}",
                )
                return

    def _check_memory(self, limit: int) -> None:
        groups = {rank.pid for rank in self._ranks if rank.pid is not None}
        members = list(processes.group_members(groups))
        held = sum(processes.resident(pid) for pid in members)
        if held > limit:
            # Forked ranks share pages; count those once before ending anybody for them.
            held = sum(processes.resident(pid, exact=True) for pid in members)
        if held > limit:
            self._trouble(
                "out_of_memory",
                None,
                f"The ranks of node {self._number} hold {held / 2**30:.2f} GiB; "
                f"the limit is {limit / 2**30:.2f} GiB.",
            )

    def _trouble(self, kind: str, rank: Optional[int], text: str) -> None:
        self.report(
            {"t": "trouble", "attempt": self._attempt, "kind": kind, "rank": rank, "message": text}
        )

    def _on_blocked(self, blocked: bool) -> None:
        for rank in self._ranks:
            if not rank.drained:
                rank.listen(not blocked)
        now = time.monotonic()
        for rank in self._ranks:
            if not blocked and rank.heard is not None:
                rank.heard = now

    def _on_full(self) -> None:
        self._trouble(
            "storage_full",
            None,
            f"The disk that holds {self._folder!r} is full: records can no longer be kept.",
        )


def write_groups(folder: str, number: int, groups: List[int]) -> None:
    """Add the ranks' process groups to what is known of a node's agent."""
    who = processes.identity(os.getpid())
    try:
        write_json(node_file(folder, number), {**who, "groups": groups}, sync=False)
    except OSError:
        return  # a full disk: the groups can be found by their environment as well


def node_file(folder: str, number: int) -> str:
    """Return the file in which an agent says who it is."""
    return os.path.join(folder, "agents", f"node-{number}.json")
