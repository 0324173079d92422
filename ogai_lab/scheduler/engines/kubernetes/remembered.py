"""What is remembered of a job beside the cluster: its order, how it was stopped, how it ended.

    <home>/jobs/<job>/  order.json  problem.json  stop.json  exit.json  records.jsonl  gathered

The cluster is right about what it has; this is for what it has no more.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ogai_lab.scheduler.agent.files import read_json, write_json
from ogai_lab.scheduler.engines.base import Sighting
from ogai_lab.scheduler.engines.kubernetes.problems import Problem
from ogai_lab.scheduler.types import Exit

_ORDER, _STOP, _EXIT, _PROBLEM = "order.json", "stop.json", "exit.json", "problem.json"


class Remembered:
    """The folder of one job.

    Raises
    ------
    OSError
        Where something is noted: when the disk takes no more.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def attempt(self) -> int:
        """The first attempt of the last order that was carried out; 0 when none was."""
        return int(self._read(_ORDER).get("attempt", 0))

    @property
    def uid(self) -> str:
        """The uid of the JobSet that carried it out; empty when none is known to have."""
        return str(self._read(_ORDER).get("uid", ""))

    @property
    def nodes(self) -> int:
        """How many pods it has."""
        return int(self._read(_ORDER).get("nodes", 1))

    @property
    def stopped_as(self) -> str:
        """As what it was stopped; empty when it was not."""
        return str(self._read(_STOP).get("kind", ""))

    @property
    def last(self) -> Sighting | None:
        """How it ended; None when that is not known."""
        found = self._read(_EXIT)
        if not found:
            return None
        exit_ = Exit.model_validate(found["exit"])
        return Sighting(**{**found, "exit": exit_, "nodes": tuple(found["nodes"])})

    @property
    def problem(self) -> Problem | None:
        """Why its last order could not be carried out; None when it was, or was not tried."""
        found = self._read(_PROBLEM)
        return Problem(**found) if found else None

    def note_problem(self, problem: Problem | None) -> None:
        """Note why its order cannot be carried out, or that it was."""
        if problem is None:
            (self.folder / _PROBLEM).unlink(missing_ok=True)
        elif problem != self.problem:
            self._write(_PROBLEM, asdict(problem))

    def note_order(self, attempt: int, nodes: int, uid: str) -> None:
        """Note that an order was carried out; how an earlier one ended counts no more."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.attempt != attempt:
            for name in (_EXIT, _STOP):
                (self.folder / name).unlink(missing_ok=True)
        self._write(_ORDER, {"attempt": attempt, "nodes": nodes, "uid": uid})

    def note_stop(self, kind: str) -> None:
        """Note that it is being stopped; what was noted first counts."""
        if self.folder.exists() and not self.stopped_as:
            self._write(_STOP, {"kind": kind})

    def note_end(self, seen: Sighting) -> None:
        """Note how it ended."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        exit_ = None if seen.exit is None else seen.exit.model_dump(mode="json")
        self._write(_EXIT, {**asdict(seen), "exit": exit_, "nodes": list(seen.nodes)})

    def forget(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, name: str) -> dict[str, Any]:
        return read_json(str(self.folder / name)) or {}

    def _write(self, name: str, value: dict[str, Any]) -> None:
        write_json(str(self.folder / name), value)
