"""Ending whatever is left of a job: its agents, its ranks, and what those left behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ogai_lab.core.records import plain
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import read_json

_PATIENCE = 5.0


def agent(folder: Path, node: int) -> dict[str, Any] | None:
    """Return who the agent of a node is, where it is alive."""
    who = read_json(str(folder / "agents" / f"node-{node}.json"))
    return who if who is not None and processes.alive(who) else None


def agent_lives(folder: Path, node: int) -> bool:
    """Whether the agent of a node is alive."""
    return agent(folder, node) is not None


def last_words(folder: Path) -> str:
    """Return the last line that the head's agent wrote for itself (when it failed)."""
    try:
        lines = (folder / "agents" / "node-0.log").read_text("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return ""
    return next((plain(line.strip())[:500] for line in reversed(lines) if line.strip()), "")


def end(folder: Path, patience: float = 0.0) -> bool:
    """End every process of a job; return whether there was one.

    Parameters
    ----------
    folder
        The job's folder.
    patience
        Seconds for which an agent that has left its last word may go by itself.
    """
    found = False
    going = time.monotonic() + patience
    while time.monotonic() < going and agent_lives(folder, 0):
        time.sleep(0.01)
    deadline = time.monotonic() + _PATIENCE
    while left := set(_left(folder)):
        found = True
        for pid in left:
            processes.kill(pid)
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return found


def _left(folder: Path) -> Iterator[int]:
    boot = processes.boot_id()
    for path in (folder / "agents").glob("node-*.json"):
        who = read_json(str(path))
        if who is None or who["boot_id"] != boot:
            continue
        if processes.alive(who):
            yield int(who["pid"])
        yield from _members(who)
    # The folder is in it, for jobs of another home may have the same id.
    yield from processes.with_environment(f"OGAI_OUTPUT={folder / 'output'}")


def _members(who: dict[str, Any]) -> Iterator[int]:
    """Yield what is left of an agent's ranks: members of their groups in the agent's session."""
    for pid in processes.group_members(who.get("groups", ())):
        found = processes.stat(pid)
        if found is not None and found.session == who["pid"]:
            yield pid
