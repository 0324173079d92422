"""The ranks of an attempt that failed, and what the machine did meanwhile: why it failed."""

from __future__ import annotations

import tempfile
from typing import Any, Dict, List, Mapping

from ogai_lab.scheduler.agent import exits, processes
from ogai_lab.scheduler.agent.files import without_room


class Failures:
    """Gathers how ranks of one attempt failed. Made when the attempt begins.

    Parameters
    ----------
    folder
        The job's folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._ranks: List[Dict[str, Any]] = []
        self._memory_kills = processes.out_of_memory_kills()

    def __bool__(self) -> bool:
        return bool(self._ranks)

    def add(self, node: int, message: Mapping[str, Any]) -> None:
        """Note how a rank of a node failed, in the order in which it is heard of."""
        how = {key: message[key] for key in ("rank", "code", "signal")}
        self._ranks.append({**how, "node": node})

    def exit(self, tails: Mapping[str, List[str]]) -> exits.Exit:
        """Return why the attempt failed; `tails` has the last lines of ranks."""
        first = exits.root_cause(self._ranks)
        tail = tails.get(str(first["rank"]), [])
        grown = processes.out_of_memory_kills() > self._memory_kills
        full = without_room([self._folder, tempfile.gettempdir()])
        return exits.rank_failed(first, tail, grown, full)
