"""The engine: where jobs run, behind one small Protocol.

The service decides (ledger, queue, budget); an engine carries out and reports. All calls are
idempotent, for a service may be killed between a call and the note that it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from ogai_lab.core.records import Chunk
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Exit, Explanation, Job, Node


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
    another attempt. `absent` means that no order for the job was ever carried out. `waiting` means
    that the engine's own queue has it and gives it nothing now; `exit` then says why it was taken
    off, where it had something before. `unknown` means that the engine cannot tell now.

    `nodes` are those it runs on, where the engine chose them.
    """

    state: Literal["absent", "waiting", "starting", "running", "ended", "lost", "unknown"]
    attempt: int = 0
    restarts: int = 0
    started: float | None = None
    ended: float | None = None
    exit: Exit | None = None
    nodes: tuple[str, ...] = ()


class Engine(Protocol):
    """Where jobs run.

    An engine that `queues` is handed every job at once, and decides itself which of them run. Its
    jobs are looked at when it says that they stirred, and now and then.
    """

    name: str

    @property
    def queues(self) -> bool:
        """Whether jobs wait in a queue of the engine's own."""

    def nodes(self) -> list[Node]:
        """Return the nodes and what they have, as if no job ran on them."""

    def check(self, spec: JobSpec) -> None:
        """Refuse a job that could never run, as far as the engine knows better than the service.

        Raises
        ------
        InvalidInput
            With the field at fault.
        """

    def start(self, order: Order) -> None:
        """Carry out an order.

        Raises
        ------
        OgaiError
            When the job cannot be started; nothing of it is left running.
        """

    def look(self, job_id: str) -> Sighting:
        """Return what is seen of a job now. Never blocks for long."""

    def explain(self, job: Job) -> Explanation | None:
        """Say why a job is where it is; None where the engine knows no more than the service."""

    def stirred(self) -> set[str]:
        """Return the jobs of which something changed since the last call; for one that `queues`."""

    def disown(self, strangers: set[str]) -> None:
        """End what runs of jobs that stirred and are not active; for one that `queues`."""

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

    def rest(self) -> None:
        """Stop what only the leader's engine does. Jobs go on; a later call takes it up again."""
