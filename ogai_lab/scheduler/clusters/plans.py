"""What an administrator is shown before a cluster is changed: queues and quotas, nodes that go."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ogai_lab.core.types import Sentence


class QueueChange(BaseModel):
    """One object of a cluster as a file wants it, against what is there."""

    kind: str
    name: str
    namespace: str = ""
    outcome: Literal["create", "change", "keep", "refused"]
    diff: list[str] = Field(default=[], description="Lines of a unified diff of its YAML.")
    problem: Sentence = Field(default="", description="Why it is refused.")
    action: Sentence = ""


class QueuePlan(BaseModel):
    """What a file of queues would change, or has changed. What it does not name stays."""

    cluster: str
    ready: bool = Field(description="Whether it can be applied: nothing is refused.")
    applied: bool = False
    changes: list[QueueChange]
    fingerprint: str = Field(description="Of these changes: apply takes it, and keeps to them.")


class Affected(BaseModel):
    """What runs on a node and would have to leave it."""

    name: str = Field(description="The job's id, or the pod.")
    shown: str = Field(default="", description="The job's name.")
    namespace: str
    owner: str = ""
    pods: list[str]
    ours: bool = Field(description="Whether it is a job of OGAI Lab.")


class NodePlan(BaseModel):
    """A node that takes no new jobs or is to be emptied, and what runs there now."""

    cluster: str
    node: str
    schedulable: bool = Field(description="Whether new jobs may start there.")
    affected: list[Affected] = Field(description="What draining it ends or moves.")
    staying: int = Field(default=0, description="Pods that belong to the node and stay.")
    evicted: int = Field(default=0, description="Pods that were asked to leave.")
    refused: list[Sentence] = Field(default=[], description="Pods that may not be ended now.")
