"""A job and what is around it on its cluster: all that explains it. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.objects import (
    JobSetObject,
    NodeObject,
    PodObject,
    WorkloadObject,
)
from ogai_lab.scheduler.engines.kubernetes.offers import Ground
from ogai_lab.scheduler.types import Job, JobAhead


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A warning that some part of Kubernetes wrote about an object of the job."""

    about: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A job in its surroundings.

    Parameters
    ----------
    queue
        The LocalQueue that it names.
    nodes
        Those that its pods are on, by name.
    holders, ahead
        The jobs that hold what its queue has, soonest to end first, and those that wait before
        it; `ahead` is None where that cannot be seen.
    preemptor
        The job that it was taken off for, where that is known.
    stale_since
        Since when (Unix seconds) the cluster does not answer.
    """

    job: Job
    config: ClusterConfig
    queue: str
    ground: Ground
    jobset: JobSetObject
    workload: WorkloadObject | None = None
    pods: Sequence[PodObject] = ()
    nodes: Mapping[str, NodeObject] = field(default_factory=dict)
    warnings: Sequence[Warned] = ()
    holders: Sequence[JobAhead] = ()
    ahead: Sequence[JobAhead] | None = None
    preemptor: JobAhead | None = None
    stale_since: float | None = None
