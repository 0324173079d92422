"""What is shown of a cluster as a whole, and of one of its nodes: the nouns of panels and pages."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ogai_lab.core.types import Sentence
from ogai_lab.scheduler.clusters.types import ClusterQueueView
from ogai_lab.scheduler.types import Node


class ClusterGlance(BaseModel):
    """A cluster at a glance: a few numbers, whatever its size. It never fails to be told.

    Parts that cannot be seen are None; `problem` says why, and `action` what to do.
    """

    name: str
    namespace: str
    states: dict[Literal["ready", "busy", "unreachable", "draining"], int] | None = None
    gpus: int = 0
    gpus_free: int = Field(default=0, description="On nodes that take jobs.")
    cpus: float = 0
    cpus_free: float = Field(default=0, description="On nodes that take jobs.")
    queues: list[ClusterQueueView] | None = Field(
        default=None, description="Those of the namespace in which jobs are made."
    )
    stale_since: float | None = Field(
        default=None, description="Since when (Unix seconds) what is shown may be old."
    )
    problem: Sentence = Field(default="", description="Why it is not answered, if so.")
    action: Sentence = ""


class Amount(BaseModel):
    """A resource of a node: cores, bytes, or devices."""

    resource: str
    allocatable: float = Field(description="What pods can have.")
    requested: float | None = Field(description="What pods asked for; None: cannot be seen.")
    fast: bool = Field(default=False, description="Whether it is a way to a fast network.")


class Status(BaseModel):
    """A condition of a node, as its kubelet tells it."""

    type: str
    holds: bool
    wanted: bool = Field(description="Whether it is well that it holds, or does not.")
    reason: str
    message: str
    since: float | None


class Tenant(BaseModel):
    """A pod that holds a part of a node."""

    pod: str
    namespace: str
    phase: str
    job: str = Field(default="", description="The id of our job that it is a part of.")
    owner: str = ""
    cpus: float
    memory: int
    gpus: int


class NodePage(BaseModel):
    """All that a cluster tells of one of its nodes."""

    cluster: str
    node: Node
    system: str = Field(description="The operating system's image.")
    kernel: str
    architecture: str
    runtime: str = Field(description="What runs containers.")
    kubelet: str
    created: float | None
    amounts: list[Amount]
    statuses: list[Status]
    tenants: list[Tenant] | None = Field(description="None: pods may not be seen.")
    stale_since: float | None = None
