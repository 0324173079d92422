"""The engine: where jobs run, behind one small Protocol.

The service decides (ledger, queue, budget); an engine carries out and reports. All calls are
idempotent, for a service may be killed between a call and the note that it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from ogai_lab.core.records import Chunk
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Exit, Node


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What one node of a job was given."""

    node: str
    gpus: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Order:
    """Everything an engine needs to run a job.

    `attempt` is the number of the first try that this order makes (1 for a new job); the engine's
    agents make `restarts_left` more by themselves, as `spec.restarts` says. An order for the same
    job and attempt is the same order: it is carried out once.
    """

    job_id: str
    owner: str
    spec: JobSpec
    placements: tuple[Placement, ...]
    attempt: int
    restarts_left: int
    seconds_left: float | None = None
    snapshot: str | None = None
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What an engine sees of a job now.

    `lost` means that the agents are gone and left no word: the service decides whether to order
    another attempt. `absent` means that no order for the job was ever carried out.
    """

    state: Literal["absent", "starting", "running", "ended", "lost"]
    attempt: int = 0
    restarts: int = 0
    started: float | None = None
    ended: float | None = None
    exit: Exit | None = None


class Engine(Protocol):
    """Where jobs run."""

    name: str

    def nodes(self) -> list[Node]:
        """Return the nodes and what they have, as if no job ran on them."""

    def start(self, order: Order) -> None:
        """Carry out an order.

        Raises
        ------
        OgaiError
            When the job cannot be started; nothing of it is left running.
        """

    def look(self, job_id: str) -> Sighting:
        """Return what is seen of a job now. Never blocks for long."""

    def stop(self, job_id: str, kind: str, grace: float = 10.0) -> None:
        """Ask a job to end as `kind` (`cancelled`, `preempted`): TERM, after `grace` s KILL."""

    def read(self, job_id: str, offset: int, limit: int = 1 << 20, text: bool = True) -> Chunk:
        """Return the job's records from byte `offset` on, about `limit` bytes at most.

        Without `text` those that ranks printed may be left out.
        """

    def raw(self, job_id: str, offset: int, limit: int) -> bytes:
        """Return up to `limit` bytes of the job's records; none where there are none yet."""

    def size(self, job_id: str) -> int:
        """Return how many bytes of records the job has."""

    def output(self, job_id: str) -> str | None:
        """Return the folder in which the job's outputs can be read, where there is one."""

    def forget(self, job_id: str) -> None:
        """Remove everything kept of an ended job."""

    def sweep(self, known: set[str]) -> list[str]:
        """End what runs for jobs that are not `known`; return their ids."""
