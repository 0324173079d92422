"""A spare: an agent with a warm parent and no job yet.

Importing takes seconds, a fork milliseconds. So when a job with preloads ends, its agent leaves
a spare behind that imports the same; the next job of that kind starts in it. A spare goes away
when it has waited in vain, when the engine that it serves is gone, or its folder.

    <home>/spares/<id>/  order.json  ready.json (port, secret, key, who)  work/
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


class Claim(NamedTuple):
    """What a spare is wanted for, and its warm parent."""

    folder: str
    node: int
    forker: Forker


def leave(order: Mapping[str, Any]) -> None:
    """Leave a spare behind for the next job like `order`, unless there are enough."""
    root, kind = order["spares"], order["spare_key"]
    if not root or not processes.alive(order["engine"]):
        return
    if sum(found["key"] == kind for _, found in standing(root)) >= min(order["nodes"], MOST):
        return
    folder = os.path.join(root, f"{int(time.time())}-{os.urandom(4).hex()}")
    try:
        for name in ("work", "output"):
            os.makedirs(os.path.join(folder, name))
        blank = {"job_id": "spare", "owner": "", "environment": {}, "secret": ""}
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


def standing(root: str) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """Yield the folder of each spare that is alive, and what it says of itself."""
    try:
        names = sorted(os.listdir(root))
    except FileNotFoundError:
        return
    for name in names:
        folder = os.path.join(root, name)
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
    environment = launch.node_environment(order, 0, folder)
    forker = Forker(loop, order, folder, environment, 2)
    found = _Waiting(loop, folder, order, forker)
    loop.run()
    shutil.rmtree(folder, ignore_errors=True)
    if found.claim is None:
        forker.close()
    return found.claim


class _Waiting:
    """A spare while it waits."""

    def __init__(self, loop: Loop, folder: str, order: Mapping[str, Any], forker: Forker) -> None:
        self._loop, self._folder, self._order, self._forker = loop, folder, order, forker
        self._secret = os.urandom(16).hex()
        self._until = time.monotonic() + float(order["spare_seconds"])
        self._server = link.listen("127.0.0.1")
        self.claim: Optional[Claim] = None
        forker.hear(self._on_warm, lambda *_: None, loop.stop)
        loop.watch(self._server, self._accept)
        self._timer = loop.later(_CHECK, self._check)

    def _on_warm(self, reason: str) -> None:
        if reason:
            self._loop.stop()
            return
        ready = {
            "key": self._order["spare_key"],
            "port": self._server.getsockname()[1],
            "secret": self._secret,
            "who": processes.identity(os.getpid()),
        }
        write_json(os.path.join(self._folder, "ready.json"), ready, sync=False)

    def _check(self) -> None:
        late = time.monotonic() > self._until
        if late or not processes.alive(self._order["engine"]) or not os.path.exists(self._folder):
            self._loop.stop()
        self._timer = self._loop.later(_CHECK, self._check)

    def _accept(self) -> None:
        connection = link.accept(self._server)
        if connection is None:
            return
        with connection:
            connection.settimeout(2)
            try:
                word = json.loads(connection.recv(1 << 16))
                if word["secret"] == self._secret:
                    connection.sendall(b"yes\n")
                    self.claim = Claim(word["folder"], int(word["node"]), self._forker)
                    self._timer.cancel()
                    self._loop.unwatch(self._server)
                    self._server.close()
                    self._loop.stop()
            except (OSError, ValueError, KeyError, TypeError):
                return  # not one of ours
