"""The agent of a pod: one node's ranks for one attempt, with Kubernetes where the head would be.

It starts the ranks, carries what they say to its standard output as numbered records, and ends
with an exit code by kind and a last word in the termination message. It never tries again by
itself: rules in the JobSet do, for the whole gang, by that exit code.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from typing import Any, Callable, Dict, List, Mapping, Optional

from ogai_lab.core import records
from ogai_lab.scheduler.agent import exits, words
from ogai_lab.scheduler.agent.codes import EXIT_CODES, TERMINATED
from ogai_lab.scheduler.agent.failures import Failures
from ogai_lab.scheduler.agent.loop import Loop, Timer
from ogai_lab.scheduler.agent.node import Message, Node
from ogai_lab.scheduler.agent.numbered import Numbered

SEARCH = 300.0
"""Seconds for which node 0 is looked for: its pod may come up later than this one."""
LINGER = 3.0
"""Seconds that a failure which may only follow from a peer's stays untold.

The pod whose end is seen first decides what becomes of all, and ends are seen once a second.
"""
GRACE = 25.0
"""Seconds that ranks have to end when the pod is told to; the pod itself has 30."""


class Pod:
    """Runs one node's part of one attempt, to an exit code.

    Parameters
    ----------
    loop, order, folder
        The loop, the job's order and its folder in this pod.
    number
        The number of the node, from 0.
    restarts
        How often the gang was started again before, within this order.
    last_word
        The file that takes the termination message.
    """

    def __init__(
        self,
        loop: Loop,
        order: Mapping[str, Any],
        folder: str,
        number: int,
        restarts: int,
        last_word: str,
    ) -> None:
        self._loop, self._order, self._number = loop, order, number
        self._restarts, self._last_word = restarts, last_word
        self._nodes, self._ranks = int(order["nodes"]), int(order["ranks_per_node"])
        self._attempt = int(order["attempt"]) + restarts
        self._folder = folder
        self._node = Node(loop, order, number, folder, sink=Numbered)
        self._node.report = self._hear
        self._verdict: Optional[exits.Exit] = None
        self._failures = Failures(folder)
        self._succeeded = 0
        self._told_to_end = self._started = self._cleared = False
        self._linger: Optional[Timer] = None
        self.code = EXIT_CODES["node_lost"]

    def begin(self) -> None:
        """Get ready, find node 0, and start the ranks."""
        self._loop.on_signal(signal.SIGTERM, self._terminate)
        self._loop.on_signal(signal.SIGINT, self._terminate)
        self._node.prepare()
        delay = float(self._order["spec"]["restarts"]["delay"]) if self._restarts else 0.0
        self._loop.later(delay, self._find_head)

    def _find_head(self) -> None:
        if self._nodes == 1:
            self._start()
            return
        Search(self._loop, self._address, float(os.environ.get("AGENT_SEARCH", SEARCH))).run(
            self._start, self._head_missing
        )

    @property
    def _address(self) -> str:
        own: Mapping[str, str] = self._order["spec"]["environment"]
        return own.get("MASTER_ADDR") or str(self._order["address"])

    def _head_missing(self, why: str) -> None:
        text = f"Node {self._number} could not find node 0 at {self._address}: {why}."
        self._conclude(exits.exit_of("node_lost", text))

    def _start(self) -> None:
        if self._cleared:
            return
        self._started = True
        self._failures = Failures(self._folder)
        if self._number == 0:
            world = self._nodes * self._ranks
            self._event("attempt_started", nodes=self._nodes, world_size=world)
        if self._order.get("seconds_left") is not None:
            self._loop.later(float(self._order["seconds_left"]), self._time_is_up)
        self._node.start(
            {
                "t": "start",
                "attempt": self._attempt,
                "master_addr": self._address,
                "master_port": self._order["port"],
            }
        )

    def _hear(self, message: Message) -> None:
        kind = message["t"]
        if kind == "exited":
            self._rank_exited(message)
        elif kind == "trouble" and self._verdict is None:
            rank = message["rank"]
            first = {"rank": rank, "node": self._number} if rank is not None else None
            self._verdict = exits.exit_of(message["kind"], message["message"], first=first)
            self._node.kill()
        elif kind == "cleared":
            # After this round, so that all that is known by now is counted.
            self._loop.later(0, lambda: self._conclude(self._reason(message["tails"])))

    def _rank_exited(self, message: Message) -> None:
        if message["told_to_end"]:
            return  # also when it saved and exited with 0: its node has not done its work
        if message["code"] == 0:
            self._succeeded += 1
        else:
            self._failures.add(self._number, message)
            self._node.kill()

    def _reason(self, tails: Dict[str, List[str]]) -> exits.Exit:
        if self._succeeded == self._ranks:
            text = f"All {self._ranks} ranks of node {self._number} succeeded."
            return exits.exit_of("succeeded", text)
        if self._verdict is not None:
            if self._verdict.get("first"):
                self._verdict["tail"] = tails.get(str(self._verdict["first"]["rank"]), [])
            return self._verdict
        if self._failures:
            return self._failures.exit(tails)
        return exits.exit_of("killed", f"Node {self._number} was told to end (SIGTERM).")

    def _terminate(self) -> None:
        if self._told_to_end:
            return
        self._told_to_end = True
        if self._linger is not None:
            self._linger.cancel()
            self._end()
        elif self._started:
            self._node.stop(float(os.environ.get("AGENT_GRACE", GRACE)))
        else:
            self._conclude(self._reason({}))

    def _time_is_up(self) -> None:
        seconds = self._order["spec"]["timeout"]
        text = f"It ran longer than its timeout of {seconds:g} s." if seconds else "Its time is up."
        self._verdict = self._verdict or exits.exit_of("timeout", text)
        self._node.stop(5.0)

    def _conclude(self, verdict: exits.Exit) -> None:
        if self._cleared:
            return
        self._cleared = True
        self._verdict = verdict
        ended_by_others = self._told_to_end and verdict["kind"] == "killed"
        self.code = TERMINATED if ended_by_others else EXIT_CODES[verdict["kind"]]
        words.leave(self._last_word, verdict, attempt=self._attempt, ended=time.time())
        if self._nodes > 1 and not self._told_to_end and _may_follow(verdict):
            self._linger = self._loop.later(LINGER, self._tell)
        elif ended_by_others or (verdict["kind"] == "succeeded" and self._number > 0):
            self._end()
        else:
            self._tell()

    def _tell(self) -> None:
        """Say how the attempt ended: it is this pod that decides."""
        self._event("attempt_ended", exit=self._verdict)
        self._end()

    def _end(self) -> None:
        self._node.finish()
        self._loop.stop()

    def _event(self, name: str, **fields: Any) -> None:
        self._node.sink.write(records.event(name, attempt=self._attempt, **fields))


def _may_follow(verdict: exits.Exit) -> bool:
    """Whether this failure is one that ranks have when their peers are gone."""
    aborted = (verdict.get("first") or {}).get("signal") == signal.SIGABRT
    return bool(verdict["kind"] == "program_error" or aborted)


class Search:
    """Looks for an address until there is one, beside the loop.

    A name of a pod is there about a second after the pod, and a rank that asks before fails.

    Parameters
    ----------
    loop, host, patience
        Where to report, whom to look for, and for how many seconds.
    """

    def __init__(self, loop: Loop, host: str, patience: float) -> None:
        self._loop, self._host = loop, host
        self._deadline = time.monotonic() + patience
        self._problem = ""

    def run(self, found: Callable[[], None], missing: Callable[[str], None]) -> None:
        """Begin; one of the two is called in the loop, once, when no thread is left."""
        read, write = os.pipe()
        thread = threading.Thread(target=self._search, args=(write,), daemon=True)

        def done() -> None:
            self._loop.unwatch(read)
            os.close(read)
            thread.join()  # ranks are forked next, which is safe with one thread alone
            missing(self._problem) if self._problem else found()

        self._loop.watch(read, done)
        thread.start()

    def _search(self, write: int) -> None:
        pause = 0.1
        while True:
            try:
                socket.getaddrinfo(self._host, None)
                break
            except OSError as exc:
                if time.monotonic() + pause > self._deadline:
                    self._problem = exc.strerror or str(exc)
                    break
            time.sleep(pause)
            pause = min(1.0, pause * 1.5)
        os.close(write)
