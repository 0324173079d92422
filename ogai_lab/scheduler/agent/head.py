"""The head: the agent of node 0, which decides when attempts start, end, and are tried again.

A budget is charged once a failure, however many ranks die of it: the first failed rank decides,
all others are ended at once. A node that is lost ends this order (``node_lost``): the service
places another, for it alone knows which nodes there are.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Any, Dict, List, Mapping, Optional, Set

from ogai_lab.core import records
from ogai_lab.scheduler.agent import exits, link
from ogai_lab.scheduler.agent.failures import Failures
from ogai_lab.scheduler.agent.files import Reserve, write_json
from ogai_lab.scheduler.agent.loop import Loop, Timer
from ogai_lab.scheduler.agent.node import Message, Node

JOIN_PATIENCE = 300.0
PING = 5.0
SILENCE = 60.0


class Head:
    """Leads the agents of a job through its attempts, to `exit.json`.

    Parameters
    ----------
    loop, order, folder
        The loop, the job's order and its folder.
    node
        Node 0, which this agent is as well.
    """

    def __init__(self, loop: Loop, order: Mapping[str, Any], folder: str, node: Node) -> None:
        self._loop, self._order, self._folder, self._own = loop, order, folder, node
        self._spec = order["spec"]
        self._nodes = int(order["nodes"])
        self._world = self._nodes * int(order["ranks_per_node"])
        self._attempt = int(order["attempt"])
        self._restarts = 0
        self._links: Dict[int, link.Link] = {}
        self._last_heard: Dict[int, float] = {}
        self._lost: Set[int] = set()
        self._cleared: Set[int] = set()
        self._started: Set[int] = set()
        self._succeeded = 0
        self._failures = Failures(folder)
        self._verdict: Optional[exits.Exit] = None
        self._tails: Dict[str, List[str]] = {}
        self._stopping = ""
        self._running = False
        self._ended = False
        self._started_at: Optional[float] = None
        self._delay: Optional[Timer] = None
        self._server = link.listen(order["address"])
        self.port: int = self._server.getsockname()[1]

    def begin(self) -> None:
        """Wait for the other agents, then start the first attempt."""
        self._loop.watch(self._server, self._accept)
        self._own.report = lambda message: self._hear(0, message)
        self._status("starting")
        if self._order.get("seconds_left") is not None:
            self._loop.later(float(self._order["seconds_left"]), self._time_is_up)
        self._loop.later(JOIN_PATIENCE, self._check_joined)
        self._own.prepare()
        self._loop.later(PING, self._ping)
        self._start_when_joined()

    def stop(self, kind: str, grace: float) -> None:
        """End the job as `kind`: TERM to all ranks, KILL after `grace` seconds."""
        if self._ended or self._stopping:
            return
        self._stopping = kind
        text = {
            "cancelled": "It was cancelled.",
            "preempted": "It made room for a job of higher priority.",
            "node_lost": "Its agent was ended from outside, as when a machine shuts down.",
        }
        self._end_attempt(exits.exit_of(kind, text.get(kind, f"It was stopped ({kind}).")), grace)

    # Nodes come and go

    def _accept(self) -> None:
        connection = link.accept(self._server)
        if connection is None:
            return
        guest = link.Link(
            self._loop, connection, lambda message: self._join(guest, message), lambda: None
        )
        self._loop.later(10.0, lambda: None if guest in self._links.values() else guest.close())

    def _join(self, guest: link.Link, message: Message) -> None:
        number = message.get("node")
        right = message.get("t") == "join" and message.get("secret") == self._order["secret"]
        if (
            not right
            or not isinstance(number, int)
            or not 0 < number < self._nodes
            or number in self._links
        ):
            guest.close()
            return
        self._links[number] = guest
        self._last_heard[number] = time.monotonic()
        guest.hear = lambda message: self._hear(number, message)
        guest.lost = lambda: self._lose(number)
        self._start_when_joined()

    def _lose(self, number: int) -> None:
        if number in self._lost or self._ended:
            return
        self._lost.add(number)
        self._links[number].close()
        self._end_attempt(exits.exit_of("node_lost", f"The agent of {self._name(number)} is gone."))
        self._conclude_when_cleared()

    def _ping(self) -> None:
        now = time.monotonic()
        for number, other in list(self._links.items()):
            if number not in self._lost and now - self._last_heard[number] > SILENCE:
                self._lose(number)
            other.send({"t": "ping"})
        self._loop.later(PING, self._ping)

    def _check_joined(self) -> None:
        missing = [n for n in range(1, self._nodes) if n not in self._links]
        if missing:
            names = ", ".join(self._name(number) for number in missing[:5])
            self._lost.update(missing)
            text = f"{len(missing)} nodes did not join in {JOIN_PATIENCE:g} s: {names}."
            self._end_attempt(exits.exit_of("node_lost", text))
            self._conclude_when_cleared()

    def _name(self, number: int) -> str:
        return f"node {number} ({self._order['placements'][number]['node']})"

    # Attempts

    def _start_when_joined(self) -> None:
        if len(self._links) == self._nodes - 1 and not self._running and not self._ended:
            self._start_attempt()

    def _start_attempt(self) -> None:
        self._running = True
        self._verdict, self._failures = None, Failures(self._folder)
        self._succeeded = 0
        self._cleared, self._started, self._tails = set(), set(), {}
        self._started_at = self._started_at or time.time()
        self._event("attempt_started", nodes=self._nodes, world_size=self._world)
        address = self._order["address"]
        message = {
            "t": "start",
            "attempt": self._attempt,
            "master_addr": address,
            "master_port": free_port(address),
        }
        for other in self._links.values():
            other.send(message)
        self._own.start(message)

    def _hear(self, number: int, message: Message) -> None:
        self._last_heard[number] = time.monotonic()
        if message.get("attempt") != self._attempt or self._ended:
            return
        kind = message["t"]
        if kind == "started":
            self._started.add(number)
            if len(self._started) == self._nodes:
                self._status("running")
        elif kind == "exited":
            self._rank_exited(number, message)
        elif kind == "trouble":
            text = message["message"]
            first = (
                {"rank": message["rank"], "node": number} if message["rank"] is not None else None
            )
            self._end_attempt(exits.exit_of(message["kind"], text, first=first))
        elif kind == "cleared":
            self._cleared.add(number)
            self._tails.update(message["tails"])
            self._conclude_when_cleared()

    def _rank_exited(self, number: int, message: Message) -> None:
        if message["code"] == 0:
            self._succeeded += 1
            if self._succeeded == self._world and self._verdict is None:
                self._verdict = exits.exit_of("succeeded", f"All {self._world} ranks succeeded.")
        elif not message["told_to_end"]:
            self._failures.add(number, message)
            if self._verdict is None:
                self._kill_all()

    def _end_attempt(self, verdict: exits.Exit, grace: float = 0.0) -> None:
        """End the attempt as `verdict`, unless it is ending for another reason already."""
        if not self._failures or self._stopping:
            self._verdict = self._verdict or verdict
        if not self._running:
            self._finish(self._verdict or verdict)
        elif grace > 0:
            self._own.stop(grace)
            for other in self._links.values():
                other.send({"t": "stop", "grace": grace})
        else:
            self._kill_all()

    def _kill_all(self) -> None:
        for other in self._links.values():
            other.send({"t": "kill"})
        self._own.kill()

    def _conclude_when_cleared(self) -> None:
        if self._running and len(self._cleared | self._lost) == self._nodes:
            # After this round, so that all that is known by now is counted.
            self._running = False
            self._conclude()

    def _conclude(self) -> None:
        verdict = self._verdict
        if self._lost and not self._stopping:
            # Ranks that lost their peers fail as well, and some may have been heard of before.
            names = ", ".join(self._name(number) for number in sorted(self._lost)[:5])
            verdict = exits.exit_of("node_lost", f"The agent of {names} is gone.")
        elif verdict is None and self._failures:
            verdict = self._failures.exit(self._tails)
        elif verdict is None:
            verdict = exits.exit_of("node_lost", "The ranks are gone and left no word.")
        elif verdict.get("first"):
            verdict["tail"] = self._tails.get(str(verdict["first"]["rank"]), [])
        self._event("attempt_ended", exit=verdict)
        policy = self._spec["restarts"]
        left = int(self._order["restarts_left"]) - self._restarts
        again = (
            verdict["kind"] in policy["on"] and left > 0 and not self._lost and not self._stopping
        )
        if not again:
            self._finish(verdict)
            return
        self._restarts += 1
        self._attempt += 1
        self._event("restarting", cause=verdict["kind"], left=left - 1)
        self._status("starting")
        self._delay = self._loop.later(float(policy["delay"]), self._start_attempt)

    def _time_is_up(self) -> None:
        seconds = self._spec["timeout"]
        text = f"It ran longer than its timeout of {seconds:g} s." if seconds else "Its time is up."
        self._stopping = self._stopping or "timeout"
        self._end_attempt(exits.exit_of("timeout", text), grace=5.0)

    def _finish(self, verdict: exits.Exit) -> None:
        if self._ended:
            return
        self._ended = True
        if self._delay is not None:
            self._delay.cancel()
        for other in self._links.values():
            other.send({"t": "end"})
        self._own.finish()
        reserve = Reserve(os.path.join(self._folder, "reserve"))
        reserve.write_json(
            os.path.join(self._folder, "exit.json"),
            {**self._known(), "ended": time.time(), "exit": verdict},
        )
        self._loop.stop()

    def _known(self) -> Dict[str, Any]:
        return {"attempt": self._attempt, "restarts": self._restarts, "started": self._started_at}

    def _status(self, state: str) -> None:
        try:
            write_json(
                os.path.join(self._folder, "status.json"),
                {"state": state, **self._known()},
                sync=False,
            )
        except OSError:
            return  # a full disk: the job goes on, and the last word has its reserve

    def _event(self, name: str, **fields: Any) -> None:
        self._own.sink.write(records.event(name, attempt=self._attempt, **fields))


def free_port(host: str) -> int:
    """Return a port of `host` that is free now, outside the range the kernel hands out itself."""
    for _ in range(100):
        port = 20_000 + int.from_bytes(os.urandom(4), "big") % 12_000
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        free: int = probe.getsockname()[1]
        return free
