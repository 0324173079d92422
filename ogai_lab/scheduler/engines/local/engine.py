"""The local engine: jobs on this machine, each led by detached agents, one a node.

A job is a folder. What has been ordered, what became of it, and who leads it can be read there by
any process at any time, so an engine keeps nothing in memory that would be missed.

    <home>/jobs/<job>/  order.json  status.json  exit.json  records.jsonl  agents/  work/  output/
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Conflict, InvalidInput, StorageFull
from ogai_lab.core.home import Home
from ogai_lab.scheduler import admission
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import FULL, read_json
from ogai_lab.scheduler.agent.main import STOP
from ogai_lab.scheduler.engines import recorded
from ogai_lab.scheduler.engines.base import Order, Sighting
from ogai_lab.scheduler.engines.local import cleanup, launching
from ogai_lab.scheduler.engines.local.locks import locked
from ogai_lab.scheduler.spec import ExitKind, JobSpec
from ogai_lab.scheduler.types import Exit, Job, Node

_UNANSWERED = 30.0
"""Seconds after a stop's grace from which agents that do not carry it out are ended."""


class LocalEngine:
    """Runs jobs on this machine; see `engines.base.Engine` for what each call promises.

    Parameters
    ----------
    home
        The folder under which jobs have theirs.
    blobs
        Where snapshots are.
    inventory
        Returns the nodes of this machine.
    spare_seconds
        How long a warm parent stands by for the next job with the same preloads (while this
        process lives); 0 for not at all. ``OGAI_SPARE_SECONDS``, or 600, when left out.
    """

    name = "local"
    queues = False

    def __init__(
        self,
        home: Home,
        blobs: BlobStore,
        inventory: Callable[[], list[Node]],
        *,
        spare_seconds: float | None = None,
    ) -> None:
        self._home, self._blobs, self._inventory = home, blobs, inventory
        if spare_seconds is None:
            spare_seconds = float(os.environ.get("OGAI_SPARE_SECONDS", "600"))
        self._spare_seconds = spare_seconds
        self._children: list[subprocess.Popen[bytes]] = []

    def nodes(self) -> list[Node]:
        """Return the nodes and what they have, as if no job ran on them."""
        return self._inventory()

    def check(self, spec: JobSpec) -> None:
        """Refuse what only a cluster has; the service checks what fits on the nodes.

        Raises
        ------
        InvalidInput
            With the field at fault.
        """
        admission.check_place(spec)

    def start(self, order: Order) -> None:
        """Carry out an order, once.

        Raises
        ------
        StorageFull
            When the disk has no room for it; nothing of it is left.
        NotFound, Corrupt
            When its snapshot cannot be had; nothing of it is left.
        """
        self._reap()
        folder = self._folder(order.job_id)
        try:
            with locked(folder):
                if not self._carried_out(folder, order.attempt):
                    self._carry_out(folder, order)
        except OSError as exc:
            with contextlib.suppress(OSError):
                folder.rmdir()  # goes if it is empty, which is when not even the lock fitted
            if exc.errno not in FULL or isinstance(exc, StorageFull):
                raise
            raise StorageFull(
                f"The disk that holds {str(self._home.path)!r} has no room for another job.",
                cause="The job was not started and left nothing behind.",
                action="Free some space, then submit it again.",
            ) from exc

    def look(self, job_id: str) -> Sighting:
        """Return what is seen of a job now."""
        self._reap()
        folder = self._folder(job_id)
        order = read_json(str(folder / "order.json"))
        if order is None:
            return Sighting(state="absent")
        # The last word is read after the look at who lives, or one in between would be missed.
        lives = cleanup.agent_lives(folder, 0) or _just_ordered(folder)
        last = read_json(str(folder / "exit.json"))
        if last is not None:
            seen_last = _ended(last)
            if seen_last.state == "lost":
                cleanup.end(folder)  # what the ranks of the lost agent started lives on without it
            return seen_last
        status = read_json(str(folder / "status.json")) or {"state": "starting"}
        seen: dict[str, Any] = {
            "attempt": status.get("attempt", order["attempt"]),
            "restarts": status.get("restarts", 0),
            "started": status.get("started"),
        }
        if lives and not _ignores_stop(folder):
            return Sighting(state=status["state"], **seen)
        cleanup.end(folder)
        return Sighting(state="lost", **seen, exit=_lost(folder, order))

    def explain(self, job: Job) -> None:
        """Say nothing: the service places its jobs, and knows why they wait."""

    def stirred(self) -> set[str]:
        """Return nothing: its jobs are looked at in every round."""
        self._reap()
        return set()

    def disown(self, strangers: set[str]) -> None:
        """Do nothing: none of its jobs stirs."""

    def stop(self, job_id: str, kind: str, grace: float = 10.0) -> None:
        """Ask a job to end as `kind`; agents that are gone need not be asked."""
        folder = self._folder(job_id)
        if not (folder / "order.json").exists():
            return
        mark = folder / f"{STOP}.{os.getpid()}"
        mark.unlink(missing_ok=True)
        mark.symlink_to(f"{kind}:{grace:g}")
        mark.replace(folder / STOP)
        # An agent that has not written its status yet looks for the mark by itself.
        if (folder / "status.json").exists() and (head := cleanup.agent(folder, 0)):
            processes.kill(int(head["pid"]), 15)

    def read(
        self, job_id: str, offset: int, limit: int = 1 << 20, text: bool = True
    ) -> records.Chunk:
        """Return the job's records from byte `offset` on, about `limit` bytes at most."""
        return records.read(self._records(job_id), offset, limit, text)

    def raw(self, job_id: str, offset: int, limit: int) -> bytes:
        """Return up to `limit` bytes of the job's records; none where there are none yet."""
        return recorded.raw(Path(self._records(job_id)), offset, limit)

    def size(self, job_id: str) -> int:
        """Return how many bytes of records the job has."""
        return recorded.size(Path(self._records(job_id)))

    def output(self, job_id: str) -> str | None:
        """Return the folder of the job's outputs."""
        folder = self._folder(job_id) / "output"
        return str(folder) if folder.is_dir() else None

    def forget(self, job_id: str) -> None:
        """Remove everything kept of an ended job; a job that is unknown is fine.

        Raises
        ------
        Conflict
            When it still runs.
        """
        folder = self._folder(job_id)
        if not folder.exists():
            return
        with locked(folder):
            if not (folder / "exit.json").exists() and cleanup.agent_lives(folder, 0):
                raise Conflict(
                    f"The job {job_id!r} still runs.", action="Cancel it, then remove it."
                )
            cleanup.end(folder, patience=2.0)
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, known: set[str]) -> list[str]:
        """End what runs for jobs that are not `known`; return their ids."""
        return [folder.name for folder in self._strangers(known) if cleanup.end(folder)]

    def rest(self) -> None:
        """Do nothing: agents lead the jobs."""

    def _carry_out(self, folder: Path, order: Order) -> None:
        fresh = not (folder / "order.json").exists()
        try:
            if not fresh:
                cleanup.end(folder)
            written = launching.prepare(
                folder, order, self._home, self._blobs, self._inventory(), self._spare_seconds
            )
            self._children += launching.launch(folder, written)
        except BaseException:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            raise

    def _strangers(self, known: set[str]) -> Iterator[Path]:
        with contextlib.suppress(FileNotFoundError):
            yield from (
                path for path in sorted(self._home.jobs.iterdir()) if path.name not in known
            )

    def _carried_out(self, folder: Path, attempt: int) -> bool:
        """Whether this order, or a later one, was begun."""
        order = read_json(str(folder / "order.json"))
        if order is None or order["attempt"] < attempt:
            return False
        begun = any((folder / name).exists() for name in ("status.json", "exit.json"))
        return order["attempt"] > attempt or begun or cleanup.agent_lives(folder, 0)

    def _folder(self, job_id: str) -> Path:
        if not job_id or "/" in job_id or "\0" in job_id or job_id.startswith("."):
            raise InvalidInput(f"{job_id!r} is not the id of a job.", field="job_id")
        return self._home.jobs / job_id

    def _records(self, job_id: str) -> str:
        return str(self._folder(job_id) / "records.jsonl")

    def _reap(self) -> None:
        """Let agents that ended and were started by this process go, or they stay as zombies."""
        self._children = [child for child in self._children if child.poll() is None]


def _ended(last: dict[str, Any]) -> Sighting:
    exit_ = Exit.model_validate(last["exit"])
    # After a lost node the service orders again: it alone knows which nodes there are.
    lost = exit_.kind is ExitKind.NODE_LOST
    return Sighting(
        state="lost" if lost else "ended",
        attempt=last["attempt"],
        restarts=last["restarts"],
        started=last["started"],
        ended=last["ended"],
        exit=exit_,
    )


def _lost(folder: Path, order: dict[str, Any]) -> Exit:
    rebooted = order["boot_id"] != processes.boot_id()
    said = cleanup.last_words(folder)
    return Exit(
        kind=ExitKind.NODE_LOST,
        message="The machine was restarted while the job ran."
        if rebooted
        else "The agent that led the job is gone" + (f": {said}" if said else "."),
        action="Submit it again, or allow restarts for node_lost.",
    )


def _just_ordered(folder: Path) -> bool:
    """Whether the order is so new that its agents may not be written down yet."""
    if (folder / "agents" / "node-0.json").exists():
        return False
    return _age((folder / "order.json").stat()) < _UNANSWERED


def _ignores_stop(folder: Path) -> bool:
    mark = folder / STOP
    try:
        grace = float(str(mark.readlink()).partition(":")[2])
        return _age(mark.lstat()) > grace + _UNANSWERED
    except FileNotFoundError:
        return False


def _age(status: os.stat_result) -> float:
    """Return the seconds since a change; one in the future is of a clock that was set back."""
    return abs(time.time() - status.st_mtime)
