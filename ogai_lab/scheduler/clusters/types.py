"""The nouns of clusters: what is known of each, its queues, findings and offers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ogai_lab.core.types import Bytes, Sentence, Strict, Text


class KnownCluster(BaseModel):
    """A cluster that can be asked for by name. Nothing of it has been checked."""

    name: str
    context: str = Field(description="Of the kubeconfig; empty for the pod's own account.")
    server: str = Field(description="Its address, without credentials.")
    namespace: str
    current: bool = Field(description="Whether kubectl would use it now.")
    configured: bool = Field(default=False, description="Whether clusters.yaml names it.")
    open: bool = Field(default=False, description="Whether it is followed now.")
    stale_since: float | None = Field(
        default=None, description="Since when what is shown may be old; Unix seconds."
    )
    problem: Sentence = Field(default="", description="Why it does not answer, if so.")


class Part(BaseModel):
    """A kind of a cluster's objects, as far as it can be seen."""

    kind: str
    scope: Literal["cluster", "namespace", "none"]
    objects: int
    stale_since: float | None = None
    problem: Sentence = ""
    action: Sentence = ""


class Share(BaseModel):
    """What a queue may have of one resource in one flavor, and has. None: it cannot be seen."""

    resource: str
    flavor: str
    nominal: float | None = None
    reserved: float = Field(default=0, description="Promised to jobs, running ones included.")
    used: float = Field(default=0, description="Of jobs that were admitted.")
    borrowed: float = Field(default=0, description="Of what is reserved, above nominal.")
    borrowing_limit: float | None = Field(default=None, description="None: no limit of its own.")
    lending_limit: float | None = None
    left: float | None = Field(
        default=None, description="What can still be had now, borrowed from its cohort included."
    )


class ClusterQueueView(BaseModel):
    """A queue of a namespace, and the cluster queue behind it as far as it can be seen."""

    name: str
    namespace: str
    cluster_queue: str
    cohort: str = ""
    active: bool
    problem: Sentence = Field(default="", description="Why it is not active.")
    visible: bool = Field(description="Whether quotas can be seen with these rights.")
    shares: list[Share] = Field(
        default=[], description="Of the cluster queue; of this queue where that is not visible."
    )
    waiting: int = 0
    admitted: int = 0
    topologies: list[str] = Field(default=[], description="Labels of nodes, the widest first.")


class Finding(BaseModel):
    """What one check of a cluster found, and what to do about it."""

    check: str
    outcome: Literal["ok", "warn", "critical", "unknown"]
    finding: Sentence
    remedy: Sentence = ""
    command: str = Field(default="", description="The command or YAML that mends it.")
    evidence: dict[str, Any] = {}


class Diagnosis(BaseModel):
    """Whether jobs can be run on a cluster. `ready` when nothing critical was found."""

    cluster: str
    namespace: str
    ready: bool
    findings: list[Finding] = Field(description="Worst first.")


class Need(Strict):
    """What a job would need: of each node, except `nodes`."""

    nodes: int = Field(default=1, ge=1, le=10_000)
    gpus: int = Field(default=0, ge=0, le=1024)
    gpu: Text = Field(default="", description="A kind: part of a flavor's or product's name.")
    cpus: float | None = Field(default=None, gt=0)
    memory: Bytes | None = None
    fabric: Text = Field(default="", description="A fabric's name.")
    topology: Text = Field(default="", description="same-rack, required:LEVEL, preferred:LEVEL.")
    queue: Text = Field(default="", description="Only this queue; all when empty.")


class Offer(BaseModel):
    """What one queue could give in one flavor."""

    queue: str
    flavor: str
    gpu: str = Field(default="", description="What its nodes have.")
    possible: bool = Field(description="Whether it could ever start here.")
    now: bool | None = Field(default=None, description="Whether it starts now; None: unknown.")
    starts_in: float | None = Field(default=None, description="Seconds, where there is a basis.")
    basis: Sentence = Field(description="What the time is based on, or why there is none.")
    topology: Sentence = Field(default="", description="Whether nodes that are near have room.")
    left: float | None = Field(default=None, description="GPUs (else cores) left of the quota.")
    room: int | None = Field(default=None, description="Nodes that have room now.")
    waiting: int = 0
    cost: float | None = Field(default=None, description="Of an hour, where priced.")
    action: Sentence = Field(default="", description="What would make it possible.")


class ClusterOffers(BaseModel):
    """What a cluster could give, best first."""

    cluster: str
    need: Need
    offers: list[Offer]
    currency: str = ""
    notes: list[Sentence] = Field(default=[], description="What could not be seen.")
    stale_since: float | None = None


class StorageKind(BaseModel):
    """A kind of volumes that a cluster makes (a StorageClass)."""

    name: str
    provisioner: str
    default: bool = Field(description="Whether volumes that name no kind are of it.")
    waits: bool = Field(description="Whether a volume is made when its first pod starts.")
    grows: bool


class Volume(BaseModel):
    """A volume that pods of a namespace can mount (a PersistentVolumeClaim)."""

    name: str
    kind: str
    size: int = Field(description="Bytes.")
    state: str
    modes: list[str]
    shared: bool = Field(description="Whether pods on several nodes can have it at once.")


class Storage(BaseModel):
    """What there is of storage. None: this account may not see it."""

    kinds: list[StorageKind] | None
    volumes: list[Volume] | None
