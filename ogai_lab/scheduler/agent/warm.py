"""The warm parent: a process of the job's Python that imports once and forks a rank on request.

    agent ── socket ── warm parent ── short-lived middle ── rank

The middle process ends at once, so that the rank becomes a child of the agent (which adopts
orphans): the agent alone waits for ranks, however they were started, they die with it, and they
do not care what becomes of the warm parent.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import read_json
from ogai_lab.scheduler.agent.launch import node_environment
from ogai_lab.scheduler.agent.program import execute, forget_ourselves

MAX_REQUEST = 1 << 16


def main(order_path: str, descriptor: int) -> None:
    """Import an order's preloads, then serve; returns in the ranks alone, when they have run."""
    agent = os.getppid()
    processes.die_with_parent(agent)
    control = socket.socket(fileno=descriptor)
    order = read_json(order_path) or {}
    forget_ourselves()
    reason = _preload(order["spec"]["preload"]) or _unsafe()
    if reason:
        _say(control, {"t": "cold", "reason": reason})
        return
    gc.collect()
    gc.freeze()  # what is shared stays shared: a collection in a rank would copy every page
    _say(control, {"t": "warm"})
    run = _serve(control, agent, order)
    if run is not None:
        execute(run)


def _preload(modules: List[str]) -> str:
    """Import modules; return why one cannot be imported."""
    for module in modules:
        try:
            importlib.import_module(module)
        except BaseException as exc:  # noqa: BLE001 - user code may raise anything, SystemExit too
            sys.excepthook(type(exc), exc, exc.__traceback__)
            return f"the preload {module!r} cannot be imported: {type(exc).__name__}: {exc}"
    return ""


def _unsafe() -> str:
    """Return why a fork of this process would be unsafe, if it would."""
    if threading.active_count() > 1:
        names = ", ".join(sorted(thread.name for thread in threading.enumerate())[:5])
        return f"the preloads started threads ({names})"
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if target.startswith("/dev/nvidia"):
            return f"the preloads opened a GPU ({target})"
    return ""


def _serve(control: socket.socket, agent: int, order: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """Fork ranks until the agent hangs up; return what to run in a rank that is ready for it."""
    started_in = os.getcwd()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, 3)
        if not data:
            return None
        request = json.loads(data)
        if "adopt" in request:
            order, reason = _adopt(request["adopt"], request["node"], started_in)
            _say(control, {"t": "cold" if reason else "warm", "reason": reason})
            continue
        middle = os.fork()
        if middle:
            for descriptor in descriptors:
                os.close(descriptor)
            os.waitpid(middle, 0)
            continue
        parent = os.getpid()
        if os.fork():
            os._exit(0)
        _become_rank(control, request, descriptors, agent, parent)
        return dict(order["spec"]["run"])


def _adopt(folder: str, node: int, spare: str) -> Tuple[Dict[str, Any], str]:
    """Become the warm parent of a job; return its order, and why that cannot be, if so."""
    order = read_json(os.path.join(folder, "order.json")) or {}
    work = os.path.join(folder, "work")
    here = set(os.listdir(work))
    for name in {name.split(".")[0] for name in sys.modules}:
        if name in here or f"{name}.py" in here:
            return order, f"the working folder has a {name!r} of its own"
    os.chdir(work)
    os.environ.clear()
    os.environ.update(node_environment(order, node, folder))
    sys.path[:] = [work if path == spare else path for path in sys.path]
    importlib.invalidate_caches()
    return order, ""


def _become_rank(
    control: socket.socket, request: Dict[str, Any], descriptors: List[int], agent: int, middle: int
) -> None:
    environment = request["environment"]
    os.setpgid(0, 0)
    while os.getppid() == middle:
        time.sleep(0.0002)
    processes.die_with_parent(agent)
    for index, target in enumerate((1, 2, int(environment["OGAI_RECORDS_FD"]))):
        os.dup2(descriptors[index], target)
        os.close(descriptors[index])
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    atexit.register(gc.unfreeze)  # or libraries report what stays frozen at the end as leaked
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()  # or all ranks would draw what the warm parent's seed gives
    forked = {"rank": request["rank"], "attempt": environment["OGAI_ATTEMPT"]}
    _say(control, {"t": "forked", "pid": os.getpid(), **forked})
    control.close()


def _say(control: socket.socket, message: Dict[str, Any]) -> None:
    control.send(json.dumps(message).encode())
