"""What a job that is only thought of is measured against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ogai_lab.core.database import Database
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The scheduler as it stands: its ledger and snapshots, its nodes and queues."""

    database: Database
    ledger: Ledger
    snapshots: Snapshots
    nodes: Sequence[Node]
    queues: Sequence[QueueConfig]
    led: bool
    """Whether some process carries out the queue."""
    fits: Callable[[JobSpec], None]
    """Raises `InvalidInput` for a job for which there will never be room."""
