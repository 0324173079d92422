"""An entry of the ledger: a job as those see it who bring it on its way."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ogai_lab.core.errors import NotFound
from ogai_lab.scheduler.engines.base import Placement
from ogai_lab.scheduler.spec import FunctionRun, JobSpec
from ogai_lab.scheduler.tables import jobs
from ogai_lab.scheduler.types import JobState

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One job in the ledger, without what only showing or starting it needs.

    `cpus`, `gpus` and `memory` are those of one node. `handed` says that an engine with a queue of
    its own has it.
    """

    seq: int
    id: str
    name: str
    owner: str
    queue: str
    state: JobState
    version: int
    priority: int
    nodes: int
    cpus: float
    gpus: int
    memory: int
    timeout: float | None
    created: float
    started: float | None
    ended: float | None
    attempt: int
    restarts: int
    restarts_before: int
    requeued: float | None
    delay: float
    stop_kind: str | None
    reason: str
    placements: tuple[Placement, ...]
    cluster: str = ""
    handed: bool = False

    @property
    def watched(self) -> bool:
        """Whether an engine has it, so that it must be looked after."""
        return self.state.active or (self.handed and self.state is JobState.QUEUED)


LEAN = [jobs.c[field.name] for field in fields(Entry)]
"""The columns that make an `Entry`."""


def entry_of(row: Mapping[Any, Any]) -> Entry:
    """Return the entry in a row that holds the `LEAN` columns."""
    values = {field.name: row[field.name] for field in fields(Entry)}
    values["state"] = JobState(values["state"])
    values["placements"] = tuple(
        Placement(node=one["node"], gpus=tuple(one["gpus"])) for one in values["placements"]
    )
    return Entry(**values)


def new_id(now: float) -> str:
    """Return a new job id: the time it was made, so that ids sort, and 40 random bits."""
    return f"j{_base32(int(now * 100), 8)}{_base32(secrets.randbits(40), 8)}"


def spec_of(text: str, payload: str | None) -> JobSpec:
    """Return the spec in its two columns; `payload` is put back where it is given."""
    spec = JobSpec.model_validate_json(text)
    if payload is not None and isinstance(spec.run, FunctionRun):
        spec.run.payload = payload
    return spec


def unknown(job_id: str) -> NotFound:
    """Return the error about a job that is not in the ledger."""
    return NotFound(
        f"There is no job {job_id[:40]!r}.",
        action="ogai jobs lists the jobs there are.",
        field="job_id",
    )


def _base32(number: int, digits: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(digits)))
