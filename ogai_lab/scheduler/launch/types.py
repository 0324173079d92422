"""The nouns of a launch: templates, what is free and when, and what submitting would do."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ogai_lab.core.types import JsonObject, Sentence
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Explanation, Luggage


class Template(BaseModel):
    """A part of a `JobSpec` that was kept under a name. Times are Unix seconds."""

    name: str
    owner: str
    shared: bool = Field(description="Whether others see it.")
    spec: JsonObject = Field(description="Fields of a JobSpec; those left out are not set by it.")
    updated: float


class Room(BaseModel):
    """Cores, GPUs and bytes of memory that nothing holds."""

    cpus: float
    gpus: int
    memory: int


class QueueRoom(BaseModel):
    """What a job of one queue could have now."""

    name: str
    free: Room = Field(description="On all nodes together, within the queue's limit.")
    largest: Room = Field(description="On the one node that has most of it free.")
    limited: bool = Field(description="Whether it is the queue's limit that allows no more.")
    waiting: int = Field(description="Jobs that wait in this queue.")


class Release(BaseModel):
    """What an active job will give back, and when, where that is known."""

    job: str
    name: str
    owner: str
    queue: str
    seconds_left: float | None
    room: Room


class Offers(BaseModel):
    """What is free now, by queue, and when more will be."""

    queues: list[QueueRoom]
    nodes: int = Field(description="Nodes that take jobs.")
    releases: list[Release] = Field(description="Soonest first, the first 100; unknown ends last.")
    led: bool = Field(description="Whether some process carries out the queue.")


class SpecProblem(BaseModel):
    """Something for which a spec would be refused."""

    field: str | None = Field(description="The field at fault, such as run.path.")
    message: Sentence
    cause: Sentence = ""
    action: Sentence = ""


class Part(BaseModel):
    """Where one node of a job would run."""

    node: str
    gpus: list[int]


class Equivalents(BaseModel):
    """The same job as text. Each says exactly the same spec when it is run."""

    python: str
    magic: str
    command: str


class Preview(BaseModel):
    """What submitting a spec would do. Nothing was made, and nothing was kept."""

    spec: JobSpec | None = Field(description="The spec, complete; None where it is none.")
    problems: list[SpecProblem] = []
    luggage: Luggage | None = Field(default=None, description="What of workdir would travel.")
    placement: list[Part] = Field(default=[], description="Where it would start now.")
    explanation: Explanation | None = Field(
        default=None, description="Whether it starts now, or what it would wait for."
    )
    code: Equivalents | None = None
    code_missing: Sentence = Field(default="", description="Why there is no code.")
