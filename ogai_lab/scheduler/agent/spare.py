"""A spare: an agent with a warm parent and no job yet.

Importing takes seconds, a fork milliseconds. So when a job with preloads ends, its agent leaves
a spare behind that imports the same; the next job of that kind starts in it. A spare goes away
when it has waited in vain, when the engine that it serves is gone, or its folder.

    <home>/spares/<id>/  order.json  here.json (key, who)  ready.json (and port, secret)  work/
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import time
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple

from ogai_lab.scheduler.agent import launch, link, processes
from ogai_lab.scheduler.agent.files import read_json, write_json
from ogai_lab.scheduler.agent.forker import Forker
from ogai_lab.scheduler.agent.loop import Loop

MOST = 2
"""How many spares of one kind may stand by."""
_CHECK = 1.0
_MANY_CORES = 8
_SLOW_START = 60.0


class Claim(NamedTuple):
    """What a spare is wanted for, and its warm parent."""

    folder: str
    node: int
    forker: Forker


def leave(order: Mapping[str, Any], jobs: str) -> None:
    """Leave a spare behind for the next job like `order`, unless there are enough.

    Parameters
    ----------
    order
        The order of the job that ends.
    jobs
        The folder of all jobs: where few cores are shared, a spare imports when none runs.
    """
    root, kind = order["spares"], order["spare_key"]
    if not root or not processes.alive(order["engine"]):
        return
    slots = (os.path.join(root, f"{kind[:24]}-{slot}") for slot in range(min(order["nodes"], MOST)))
    folder = next((slot for slot in slots if _taken(slot)), None)
    if folder is None:
        return
    try:
        for name in ("work", "output"):
            os.makedirs(os.path.join(folder, name))
        blank = {"job_id": "spare", "owner": "", "environment": {}, "secret": "", "jobs": jobs}
        write_json(os.path.join(folder, "order.json"), {**order, **blank}, sync=False)
        log = os.open(os.path.join(folder, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)  # a full disk: then there is no spare
        return
    if os.fork() == 0:
        os.setsid()
        for target in (1, 2):
            os.dup2(log, target)
        argv = [sys.executable, "-I", "-S", order["agent"], "spare", folder]
        os.execv(sys.executable, argv)  # noqa: S606 - no shell is wanted


def _taken(slot: str) -> bool:
    """Take a slot that nobody has; who has died with it has it no longer."""
    try:
        os.makedirs(slot)
        return True
    except FileExistsError:
        here = read_json(os.path.join(slot, "here.json"))
        held = processes.alive(here["who"]) if here else _age(slot) < _SLOW_START
    except OSError:
        return False
    if held:
        return False
    shutil.rmtree(slot, ignore_errors=True)
    return not os.path.exists(slot) and _taken(slot)


def _age(path: str) -> float:
    try:
        return abs(time.time() - os.stat(path).st_mtime)  # the clock may have been set back
    except FileNotFoundError:
        return 0.0


def standing(root: str) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """Yield the folder of each spare that is alive and ready, and what it says of itself."""
    try:
        folders = [os.path.join(root, folder) for folder in sorted(os.listdir(root))]
    except FileNotFoundError:
        return
    for folder in folders:
        found = read_json(os.path.join(folder, "ready.json"))
        if found is not None and processes.alive(found["who"]):
            yield folder, found


def claim(root: str, kind: str, folder: str, node: int) -> Optional[int]:
    """Hand a node of a job to a spare of this kind; return the spare's pid, or None."""
    for spare, found in standing(root):
        if found["key"] != kind:
            continue
        try:
            # Whoever takes the file away has the spare.
            os.rename(os.path.join(spare, "ready.json"), os.path.join(spare, "claimed.json"))
            with socket.create_connection(("127.0.0.1", found["port"]), timeout=2) as line:
                word = {"secret": found["secret"], "folder": folder, "node": node}
                line.sendall(json.dumps(word).encode() + b"\n")
                if line.recv(16) == b"yes\n":
                    return int(found["who"]["pid"])
        except OSError:
            pass
    return None


def wait(loop: Loop, folder: str) -> Optional[Claim]:
    """Import what a spare's order says, then wait for a job; None when it is not wanted."""
    order = read_json(os.path.join(folder, "order.json"))
    if order is None:
        return None
    processes.adopt_orphans()
    found = _Waiting(loop, folder, order)
    loop.run()
    shutil.rmtree(folder, ignore_errors=True)
    return found.claim


def _quiet(jobs: str) -> bool:
    """Whether importing now takes nobody's time."""
    if (os.cpu_count() or 1) >= _MANY_CORES:
        return True
    for name in os.listdir(jobs):
        job = os.path.join(jobs, name)
        who = read_json(os.path.join(job, "agents", "node-0.json"))
        over = os.path.exists(os.path.join(job, "exit.json"))
        if who is not None and not over and processes.alive(who):
            return False
    return True


class _Waiting:
    """A spare while it waits."""

    def __init__(self, loop: Loop, folder: str, order: Mapping[str, Any]) -> None:
        self._loop, self._folder, self._order = loop, folder, order
        self._secret = os.urandom(16).hex()
        self._until = time.monotonic() + float(order["spare_seconds"])
        self._server = link.listen("127.0.0.1")
        self._forker: Optional[Forker] = None
        self.claim: Optional[Claim] = None
        self._here = {"key": order["spare_key"], "who": processes.identity(os.getpid())}
        write_json(os.path.join(folder, "here.json"), self._here, sync=False)
        loop.watch(self._server, self._accept)
        self._timer = loop.later(_CHECK, self._check)

    def _on_warm(self, reason: str) -> None:
        if reason:
            self._leave()
            return
        ready = {**self._here, "port": self._server.getsockname()[1], "secret": self._secret}
        write_json(os.path.join(self._folder, "ready.json"), ready, sync=False)

    def _check(self) -> None:
        late = time.monotonic() > self._until
        if late or not processes.alive(self._order["engine"]) or not os.path.exists(self._folder):
            self._leave()
        elif self._forker is None and _quiet(self._order["jobs"]):
            self._import()
        self._timer = self._loop.later(_CHECK, self._check)

    def _import(self) -> None:
        environment = launch.node_environment(self._order, 0, self._folder)
        try:
            self._forker = Forker(self._loop, self._order, self._folder, environment, 2)
        except OSError:
            self._leave()
            return
        self._forker.hear(self._on_warm, lambda *_: None, self._leave)

    def _leave(self) -> None:
        if self._forker is not None:
            self._forker.close()
        self._loop.stop()

    def _accept(self) -> None:
        connection = link.accept(self._server)
        if connection is None:
            return
        with connection:
            connection.settimeout(2)
            try:
                word = json.loads(connection.recv(1 << 16))
                if word["secret"] == self._secret and self._forker is not None:
                    connection.sendall(b"yes\n")
                    self.claim = Claim(word["folder"], int(word["node"]), self._forker)
                    self._timer.cancel()
                    self._loop.unwatch(self._server)
                    self._server.close()
                    self._loop.stop()
            except (OSError, ValueError, KeyError, TypeError):
                return  # not one of ours
