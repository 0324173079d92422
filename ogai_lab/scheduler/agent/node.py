"""A node's part of a job: its ranks, attempt after attempt, as the head says."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, Callable, Dict, List, Mapping, Optional

from ogai_lab.core import records
from ogai_lab.scheduler.agent import launch, processes, program
from ogai_lab.scheduler.agent.files import write_json
from ogai_lab.scheduler.agent.forker import Forker
from ogai_lab.scheduler.agent.loop import Loop, Timer
from ogai_lab.scheduler.agent.ranks import Rank, Text
from ogai_lab.scheduler.agent.sink import Sink

Message = Dict[str, Any]
DRAIN = 1.0
"""Seconds for which a descendant may still speak when its rank has ended."""


class Node:
    """Starts, watches and ends the ranks of one node.

    It does what the head says (`start`, `kill`, `stop`) and reports in messages: ``started``,
    ``exited``, ``trouble`` (a hang, too much memory, a rank that cannot start, a full disk) and,
    when nothing of the attempt is left, ``cleared``.
    """

    def __init__(self, loop: Loop, order: Mapping[str, Any], number: int, folder: str) -> None:
        self._loop, self._order, self._number, self._folder = loop, order, number, folder
        self._spec: Mapping[str, Any] = order["spec"]
        self._work = os.path.join(folder, "work")
        self._environment = launch.node_environment(order, number, folder)
        self.report: Callable[[Message], None] = lambda message: None
        patience = float(os.environ.get("AGENT_STORAGE_PATIENCE", "30"))
        path = os.path.join(folder, "records.jsonl")
        self.sink = Sink(loop, path, patience, self._on_blocked, self._on_full)
        loop.after = self.sink.flush
        loop.on_signal(signal.SIGCHLD, self._reap)
        self._ranks: List[Rank] = []
        self._start: Message = {}
        self._forker: Optional[Forker] = None
        self._cold = ""
        self._unclaimed: Dict[int, int] = {}
        self._watch: Optional[Timer] = None
        self._cleared = True
        self._blocked_at: Optional[float] = None

    # What the head says

    def prepare(self) -> None:
        """Get ready before the first attempt: files, and the warm parent."""
        program.prepare(self._order, self._work)
        if self._spec["preload"] and program.is_python(self._spec["run"]) and processes.LINUX:
            self._warm_up()

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
        if self._forker is None or self._forker.ready:
            self._launch()
        self._watch = self._loop.later(1.0, self._check)

    def kill(self) -> None:
        """End all ranks at once."""
        for rank in self._ranks:
            if rank.running:
                rank.signal(signal.SIGKILL)
        self._give_up_unstarted()
        self._clear()

    def stop(self, grace: float) -> None:
        """Ask all ranks to end, and end them after `grace` seconds."""
        for rank in self._ranks:
            if rank.running:
                rank.signal(signal.SIGTERM)
                rank.signal(signal.SIGCONT)
        attempt = self._start.get("attempt")
        self._loop.later(
            grace, lambda: self.kill() if self._start.get("attempt") == attempt else None
        )
        self._give_up_unstarted()
        self._clear()

    def finish(self) -> None:
        """End what is left when the job is over."""
        if self._forker is not None:
            self._forker.close()
        self.kill()
        self._end_strays()
        self.sink.close()

    # Starting

    def _warm_up(self) -> None:
        order_path = os.path.join(self._folder, "order.json")
        argv = [self._order["python"], self._order["agent"], "warm", order_path]
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._listen_to_parent(read)
        try:
            self._forker = Forker(
                self._loop,
                argv,
                self._environment,
                self._work,
                write,
                on_ready=self._on_warm,
                on_forked=self._on_forked,
                on_lost=self._on_warm_lost,
            )
        except OSError as exc:
            self._on_warm(f"{exc.filename!r} cannot be started: {exc.strerror}")
        finally:
            os.close(write)

    def _listen_to_parent(self, descriptor: int) -> None:
        text = Text(-1, "stderr")

        def read() -> None:
            data = os.read(descriptor, 1 << 16)
            self.sink.write(text.feed(data) if data else text.flush())
            if not data:
                self._loop.unwatch(descriptor)
                os.close(descriptor)

        self._loop.watch(descriptor, read)

    def _on_warm(self, reason: str) -> None:
        if reason:
            self._forker = None
            self.sink.write(records.event("not_warm", node=self._number, reason=reason))
        if self._ranks and not self._cleared:
            self._launch()

    def _on_warm_lost(self) -> None:
        """Start a new warm parent for the next attempt; ranks it had not forked are spawned."""
        self._forker = None
        reason = "the warm parent was killed"
        self.sink.write(records.event("not_warm", node=self._number, reason=reason))
        for rank in self._ranks:
            if rank.pid is None and not rank.drained:
                self._spawn(rank)

    def _launch(self) -> None:
        for local, rank in enumerate(self._ranks):
            if rank.pid is not None or rank.drained:
                continue
            if self._forker is not None:
                own = launch.rank_environment(self._order, self._number, local, self._start)
                try:
                    self._forker.fork(rank.number, own, rank.pipes.writes)
                    continue
                except OSError:
                    self._forker.close()
                    self._forker = None
            self._spawn(rank)

    def _spawn(self, rank: Rank) -> None:
        local = rank.number - self._ranks[0].number
        own = launch.rank_environment(self._order, self._number, local, self._start)
        environment = {**self._environment, **own, "OGAI_RECORDS_FD": str(rank.pipes.writes[2])}
        argv = program.command(self._order, self._folder)
        try:
            pid = launch.spawn(argv, environment, self._work, rank.pipes.writes)
        except OSError as exc:
            rank.abandon()
            at_fault = exc.filename or argv[0]
            self._trouble(
                "start_failed", rank.number, f"{at_fault!r} cannot be started: {exc.strerror}."
            )
            return
        self._on_started(rank, pid)

    def _on_forked(self, number: int, pid: int) -> None:
        rank = self._ranks[number - self._ranks[0].number]
        if rank.drained:
            processes.kill_group(pid)
            return
        self._on_started(rank, pid)
        if self._cleared:
            rank.signal(signal.SIGKILL)
        if pid in self._unclaimed:
            self._on_exit(rank, self._unclaimed.pop(pid))

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

    # Watching

    @property
    def _attempt(self) -> int:
        return int(self._start.get("attempt", 0))

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            rank = next((rank for rank in self._ranks if rank.pid == pid), None)
            if rank is not None:
                self._on_exit(rank, status)
            else:
                self._unclaimed[pid] = status

    def _on_exit(self, rank: Rank, status: int) -> None:
        rank.ended(status)
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
        self.report({"t": "exited", "attempt": self._attempt, **how})
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

    def _give_up_unstarted(self) -> None:
        for rank in self._ranks:
            if rank.pid is None and not rank.drained:
                rank.abandon()

    def _end_strays(self) -> None:
        """End descendants that left their rank's group."""
        spare = {self._forker.pid} if self._forker is not None else set()
        output, group = (
            f"{name}={self._environment[name]}" for name in ("OGAI_OUTPUT", "GROUP_RANK")
        )
        for pid in list(processes.with_environment(output, group, spare=spare)):
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
