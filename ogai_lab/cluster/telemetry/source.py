"""Where what is known of nodes comes from, behind one small Protocol.

This machine is one source, a simulated rack another; an engine with many machines brings its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ogai_lab.cluster.types import Check, Gpu, GpuProcess, Machine, MachineUse, Outcome, UseSample
from ogai_lab.core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A node at a glance: one line of the cluster's picture. Shares are 0 to 1, sizes in bytes.

    `health` is what the last checks found; `unknown` where none were made lately.
    """

    name: str
    state: Literal["ready", "unreachable", "draining"] = "ready"
    health: Outcome = "unknown"
    rack: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    cpus: float
    cpu: float | None = None
    memory: int
    memory_used: int | None = None
    gpus: Sequence[Gpu] = ()


class Source(Protocol):
    """What is known of some nodes, by their names. Unknown names raise `NotFound`."""

    def glances(self) -> list[Glance]:
        """Return every node at a glance. Cheap: a thousand nodes take milliseconds."""

    def machine(self, node: str | None) -> Machine:
        """Return what a node has; the first one's where no name is given."""

    def use(self, node: str | None) -> MachineUse:
        """Return what a node does now."""

    def history(self, node: str | None, since: float) -> list[UseSample]:
        """Return what a node did from a time (Unix seconds) on, oldest first, as far as is kept."""

    def checks(self, node: str | None) -> list[Check]:
        """Run the quick checks of a node and return what they found, worst first."""

    def processes(self, node: str | None) -> list[GpuProcess]:
        """Return the processes that hold memory of a node's GPUs."""

    def close(self) -> None:
        """Keep nothing any more. Idempotent."""


def unknown(node: str) -> NotFound:
    """Return the error about a node that is not there."""
    return NotFound(
        f"There is no node {node[:80]!r}.",
        action="ogai nodes lists the nodes there are.",
        field="node",
    )
