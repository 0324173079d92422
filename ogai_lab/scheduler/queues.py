"""Queues: named limits on what their jobs may hold at once."""

from __future__ import annotations

from pydantic import Field

from ogai_lab.core.types import Strict


class QueueConfig(Strict):
    """One queue, as the administrator set it up. A limit that is left out does not exist.

    `cpus` and `gpus` bound what all active jobs of the queue hold together.
    """

    name: str = Field(min_length=1, max_length=100)
    cpus: float | None = Field(default=None, gt=0)
    gpus: int | None = Field(default=None, ge=0)


DEFAULT_QUEUE = QueueConfig(name="default")
