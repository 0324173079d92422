"""What an agent's archive does when it is run: be an agent, a warm parent, or a rank.

What only one of them needs is imported there: a plain command waits for every import here.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import time
from typing import Any, Dict, List, Optional

from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import read_json, write_json
from ogai_lab.scheduler.agent.forker import Forker
from ogai_lab.scheduler.agent.head import Head
from ogai_lab.scheduler.agent.link import Link, Message
from ogai_lab.scheduler.agent.loop import Loop
from ogai_lab.scheduler.agent.node import Node, node_file

STOP = "stop"
"""A symbolic link ``kind:seconds`` in the job's folder: it can be made on a full disk as well."""
JOIN_PATIENCE = 300.0


def main(argv: Optional[List[str]] = None) -> None:
    """Run ``agent FOLDER NODE``, ``pod FOLDER``, ``spare …``, ``warm …`` or ``rank ORDER``."""
    mode, *arguments = argv if argv is not None else sys.argv[1:]
    if mode == "agent":
        serve(Loop(), arguments[0], int(arguments[1]))
    elif mode == "pod":
        raise SystemExit(be_pod(arguments[0]))
    elif mode == "spare":
        stand_by(arguments[0])
    elif mode == "warm":
        from ogai_lab.scheduler.agent import warm

        warm.main(arguments[0], int(arguments[1]))
    elif mode == "rank":
        from ogai_lab.scheduler.agent import program

        program.main(arguments[0])
    else:
        raise SystemExit(f"{mode!r} is not agent, pod, spare, warm or rank")


def be_pod(folder: str) -> int:
    """Be the agent of a pod, whose place the environment says; return the exit code."""
    from ogai_lab.scheduler.agent.pod import Pod

    order = read_json(os.path.join(folder, "order.json")) or {}
    number = int(os.environ.get("JOB_COMPLETION_INDEX", "0"))
    restarts = int(os.environ.get("OGAI_RESTARTS") or 0)
    last_word = os.environ.get("OGAI_LAST_WORD", "/dev/termination-log")
    processes.adopt_orphans()
    loop = Loop()
    pod = Pod(loop, order, folder, number, restarts, last_word)
    pod.begin()
    loop.run()
    return pod.code


def stand_by(folder: str) -> None:
    """Be a spare, and then, if it comes to that, the agent of a job."""
    from ogai_lab.scheduler.agent import spare

    loop = Loop()
    claim = spare.wait(loop, folder)
    if claim is not None:
        log = f"{node_file(claim.folder, claim.node)[: -len('.json')]}.log"
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        serve(loop, claim.folder, claim.node, claim.forker)


def serve(loop: Loop, folder: str, number: int, forker: Optional[Forker] = None) -> None:
    """Be the agent of node `number` until the job is over, once: a second one goes away."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    lock = os.open(f"{node_file(folder, number)}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    order = read_json(os.path.join(folder, "order.json"))
    if order is None or read_json(os.path.join(folder, "exit.json")) is not None:
        return
    if number == 0 and read_json(os.path.join(folder, "status.json")) is not None:
        return  # this order was begun by an agent that is gone: what became of it is lost
    write_json(
        node_file(folder, number), {**processes.identity(os.getpid()), "groups": []}, sync=False
    )
    processes.adopt_orphans()
    node = Node(loop, order, number, folder, forker)
    if number == 0:
        _lead(loop, order, folder, node)
    else:
        _follow(loop, order, folder, node, number)
    loop.run()
    if node.was_warm:
        from ogai_lab.scheduler.agent import spare

        spare.leave(order, os.path.dirname(folder))


def _lead(loop: Loop, order: Dict[str, Any], folder: str, node: Node) -> None:
    head = Head(loop, order, folder, node)
    write_json(os.path.join(folder, "agents", "head.json"), {"port": head.port}, sync=False)

    def stop() -> None:
        try:
            kind, _, grace = os.readlink(os.path.join(folder, STOP)).partition(":")
        except OSError:
            kind, grace = "node_lost", "5"  # nobody ordered this: the machine goes down
        head.stop(kind, float(grace))

    for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.on_signal(sent, stop)
    head.begin()
    if os.path.islink(os.path.join(folder, STOP)):
        stop()


def _follow(loop: Loop, order: Dict[str, Any], folder: str, node: Node, number: int) -> None:
    connection = _connect(order, folder)

    def end() -> None:
        node.finish()
        loop.stop()

    def hear(message: Message) -> None:
        kind = message["t"]
        if kind == "start":
            node.start(message)
        elif kind == "kill":
            node.kill()
        elif kind == "stop":
            node.stop(float(message["grace"]))
        elif kind == "end":
            end()
        elif kind == "ping":
            head.send({"t": "pong"})

    head = Link(loop, connection, hear, end)
    node.report = head.send
    node.prepare()
    loop.on_signal(signal.SIGTERM, end)
    head.send({"t": "join", "node": number, "secret": order["secret"]})


def _connect(order: Dict[str, Any], folder: str) -> socket.socket:
    """Return a connection to the head, which may come up later than this agent."""
    deadline = time.monotonic() + JOIN_PATIENCE
    while True:
        try:
            where = read_json(os.path.join(folder, "agents", "head.json"))
            if where is not None:
                return socket.create_connection((order["address"], where["port"]), timeout=10)
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise SystemExit(
                f"The head did not answer at {order['address']} in {JOIN_PATIENCE:g} s."
            )
        time.sleep(0.01)
