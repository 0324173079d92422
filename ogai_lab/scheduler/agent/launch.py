"""Launching a rank: its environment, its pipes, and the process itself."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from typing import Any, Dict, List, Mapping, Sequence

from ogai_lab.scheduler.agent import processes

PIPE_SIZE = 1 << 20
RECORDS_FLOOR = 200
"""The records descriptor is at least this, so that no file of a grandchild is taken for it."""


def node_environment(order: Mapping[str, Any], node: int, folder: str) -> Dict[str, str]:
    """Return what the ranks of one node have in common.

    It stands on what the order says to begin with, or else on the agent's own environment.

    Parameters
    ----------
    order
        The job's order (`order.json`).
    node
        The number of the node, from 0.
    folder
        The job's folder.
    """
    spec = order["spec"]
    ranks = order["ranks_per_node"]
    environment = dict(order.get("base") or os.environ)
    environment["PYTHONUNBUFFERED"] = "1"
    if ranks > 1:
        environment["OMP_NUM_THREADS"] = "1"
    visible = order["placements"][node].get("visible")
    if visible is not None:
        environment["CUDA_VISIBLE_DEVICES"] = visible
    environment.update(order["environment"])
    environment.update(spec["environment"])
    work = os.path.join(folder, "work")
    paths = [work, environment.get("PYTHONPATH", ""), order["agent"]]
    environment.update(
        PYTHONPATH=os.pathsep.join(path for path in paths if path),
        PWD=work,
        WORLD_SIZE=str(order["nodes"] * ranks),
        LOCAL_WORLD_SIZE=str(ranks),
        GROUP_RANK=str(node),
        NODE_RANK=str(node),
        GROUP_WORLD_SIZE=str(order["nodes"]),
        ROLE_NAME="default",
        ROLE_WORLD_SIZE=str(order["nodes"] * ranks),
        TORCHELASTIC_RUN_ID=order["job_id"],
        TORCHELASTIC_MAX_RESTARTS=str(spec["restarts"]["limit"]),
        OGAI_JOB_ID=order["job_id"],
        OGAI_OUTPUT=os.path.join(folder, "output"),
        OGAI_BLOBS_URL=order["blobs_url"],
    )
    return environment


def rank_environment(
    order: Mapping[str, Any], node: int, local_rank: int, start: Mapping[str, Any]
) -> Dict[str, str]:
    """Return what is a rank's own; `start` is the head's word that starts the attempt."""
    rank = str(node * order["ranks_per_node"] + local_rank)
    attempt = start["attempt"]
    return {
        "RANK": rank,
        "ROLE_RANK": rank,
        "LOCAL_RANK": str(local_rank),
        "MASTER_ADDR": start["master_addr"],
        "MASTER_PORT": str(start["master_port"]),
        "TORCHELASTIC_RESTART_COUNT": str(attempt - 1),
        "OGAI_ATTEMPT": str(attempt),
    }


class Pipes:
    """The three pipes of a rank: what it prints, and what it reports by `ogai_lab.log`."""

    def __init__(self) -> None:
        self.reads: List[int] = []
        self.writes: List[int] = []
        for _ in range(3):
            read, write = os.pipe()
            with contextlib.suppress(OSError, AttributeError):
                fcntl.fcntl(read, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
            os.set_blocking(read, False)
            self.reads.append(read)
            self.writes.append(write)
        high = fcntl.fcntl(self.writes[2], fcntl.F_DUPFD_CLOEXEC, RECORDS_FLOOR)
        os.close(self.writes[2])
        self.writes[2] = high

    def close_writes(self) -> None:
        """Close the rank's ends here, so that its death can be read as the pipes' end."""
        for descriptor in self.writes:
            os.close(descriptor)
        self.writes = []


def spawn(
    argv: Sequence[str], environment: Mapping[str, str], folder: str, writes: Sequence[int]
) -> int:
    """Start a process in a group of its own that dies with this one; return its pid.

    Parameters
    ----------
    argv, environment, folder
        What to run, in which environment and working folder.
    writes
        Its standard output, standard error, and a descriptor that it keeps.

    Raises
    ------
    OSError
        When it cannot be started; `filename` says what is at fault.
    """
    parent = os.getpid()
    failure, report = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(argv, environment, folder, writes, parent, report)
    os.close(report)
    with open(failure, "rb") as file:
        problem = file.read()
    if problem:
        os.waitpid(pid, 0)
        number, _, at_fault = os.fsdecode(problem).partition(" ")
        raise OSError(int(number), os.strerror(int(number)), at_fault)
    return pid


def _become(
    argv: Sequence[str],
    environment: Mapping[str, str],
    folder: str,
    writes: Sequence[int],
    parent: int,
    report: int,
) -> None:
    """Turn this forked child into the program, or tell the parent why not."""
    at_fault = folder
    try:
        settle(parent)
        null = os.open(os.devnull, os.O_RDONLY)
        for descriptor, target in ((null, 0), (writes[0], 1), (writes[1], 2)):
            os.dup2(descriptor, target)
        for descriptor in writes[2:]:
            os.set_inheritable(descriptor, True)
        os.chdir(folder)
        at_fault = argv[0]
        os.execvpe(argv[0], list(argv), dict(environment))  # noqa: S606 - no shell is wanted
    except OSError as exc:
        os.write(report, os.fsencode(f"{exc.errno} {at_fault}"))
    finally:
        os._exit(127)


def settle(parent: int) -> None:
    """Make this child one that can be ended as a group, dies with its parent, and starts clean."""
    os.setpgid(0, 0)
    processes.die_with_parent(parent)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
