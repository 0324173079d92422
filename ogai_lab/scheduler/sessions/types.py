"""A session's nouns."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from ogai_lab.core.types import JsonObject, Sentence
from ogai_lab.scheduler.types import JobState

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_duration(value: Any) -> Any:
    """Return ``"30m"``, ``"2h"`` or a number as seconds; other values unchanged."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value)
    if match is None:
        raise ValueError(f"{value[:40]!r} is not a duration; write 90s, 30m, 2h or 1d")
    return float(match[1]) * _SECONDS[match[2]]


Duration = Annotated[float, BeforeValidator(parse_duration), Field(ge=1, le=30 * 86_400)]
"""Seconds; text such as ``30m`` is understood."""

KernelState = Literal["none", "starting", "idle", "busy", "dead"]


class Session(BaseModel):
    """A session as it is now: a job, and the kernel it keeps. Times are Unix seconds."""

    id: str = Field(description="That of its job.")
    name: str
    owner: str
    state: JobState
    reason: Sentence = Field(default="", description="One sentence: why it is where it is.")
    kernel: KernelState = Field(default="none", description="What its kernel does.")
    queue: str = ""
    gpus: int = 0
    created: float
    active: float | None = Field(
        default=None, description="When its kernel or its GPUs last worked."
    )
    idle: float | None = Field(
        default=None, description="Seconds without work after which it is ended; None for never."
    )
    idle_until: float | None = Field(
        default=None, description="When it is ended if nothing works until then."
    )
    kernel_id: str = Field(
        default="", description="The id of its kernel at the Jupyter server that started it."
    )
    warned: bool = Field(default=False, description="Whether its end is near and was announced.")


class Connection(BaseModel):
    """How a Jupyter client reaches a session's kernel. Whoever has it can run code there."""

    info: JsonObject = Field(description="What stands in a connection file.")
