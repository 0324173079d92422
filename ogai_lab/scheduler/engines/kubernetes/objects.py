"""What is kept of the objects of a cluster, as small values; `slim` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOTHING: Mapping[str, Any] = {}


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an object. `time` is when it became so, in Unix seconds."""

    type: str
    status: bool
    reason: str
    message: str
    time: float | None


@dataclass(frozen=True, slots=True)
class Taint:
    """What keeps pods off a node unless they tolerate it."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class NodeObject:
    """A node: what it has, and whether pods may run there. Cores, bytes, devices."""

    name: str
    uid: str
    ready: bool
    reason: str
    schedulable: bool
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    allocatable: Mapping[str, float]
    capacity: Mapping[str, float]
    created: float | None
    version: str = ""
    info: Mapping[str, str] = field(default_factory=_nothing)
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """What a container of a pod does. `init` ones run before the others."""

    name: str
    state: str  # waiting, running, terminated
    reason: str = ""
    message: str = ""
    code: int | None = None
    signal: int | None = None
    started: float | None = None
    ended: float | None = None
    restarts: int = 0
    init: bool = False


@dataclass(frozen=True, slots=True)
class PodObject:
    """A pod. What is told of its course is kept for our own pods alone (`ours`)."""

    namespace: str
    name: str
    uid: str
    node: str
    phase: str
    requests: Mapping[str, float]
    deleting: bool = False
    ours: bool = False
    created: float | None = None
    reason: str = ""
    message: str = ""
    labels: Mapping[str, str] = field(default_factory=_nothing)
    annotations: Mapping[str, str] = field(default_factory=_nothing)
    gates: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    containers: tuple[Container, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it takes a part of its node now."""
        return bool(self.node) and self.phase not in ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class JobSetObject:
    """A JobSet, as far as it is told what became of it."""

    namespace: str
    name: str
    uid: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    suspended: bool
    deleting: bool
    restarts: int
    created: float | None
    conditions: tuple[Condition, ...]
    jobs: tuple[Mapping[str, Any], ...]
    charged: int = 0  # restarts that count towards the most it may have


@dataclass(frozen=True, slots=True)
class PodSet:
    """A part of a workload: how many pods, what each asks for, and what it was given."""

    name: str
    count: int
    requests: Mapping[str, float]
    flavors: Mapping[str, str] = field(default_factory=_nothing)
    usage: Mapping[str, float] = field(default_factory=_nothing)
    topology: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class WorkloadObject:
    """What Kueue knows of a job: where it waits, or what it was given."""

    namespace: str
    name: str
    uid: str
    queue: str
    cluster_queue: str
    priority: int
    priority_class: str
    active: bool
    created: float | None
    owner_kind: str
    owner: str
    owner_uid: str
    pod_sets: tuple[PodSet, ...]
    conditions: tuple[Condition, ...]
    checks: tuple[Mapping[str, Any], ...] = ()
    requeued: int = 0
    requeue_at: float | None = None
    unhealthy: tuple[str, ...] = ()
    deleting: bool = False
    limit: float | None = None  # seconds it may run, where it says so
    evictions: Mapping[str, float] = field(
        default_factory=_nothing
    )  # how often it was taken off, by reason

    def condition(self, kind: str) -> Condition | None:
        """Return a condition, None where it was never set."""
        return next((one for one in self.conditions if one.type == kind), None)

    def has(self, kind: str) -> bool:
        """Return whether a condition holds now."""
        found = self.condition(kind)
        return found is not None and found.status


@dataclass(frozen=True, slots=True)
class Whole:
    """An object of which there are few, kept as it is without what the API keeps for itself."""

    namespace: str
    name: str
    uid: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    spec: Mapping[str, Any]
    status: Mapping[str, Any]
    conditions: tuple[Condition, ...] = ()
