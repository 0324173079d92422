"""The scheduler's nouns: what became of a job, and what runs it; `spec` has what was asked."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ogai_lab.core.types import Sentence
from ogai_lab.scheduler.spec import ExitKind, JobSpec


class JobState(StrEnum):
    """Where a job is. The last three are final."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the job will never change again."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)

    @property
    def active(self) -> bool:
        """Whether the job holds resources now."""
        return self in (JobState.STARTING, JobState.RUNNING, JobState.STOPPING)


class LeftOut(BaseModel):
    """A path that did not travel with the working folder, and why."""

    path: str
    reason: Sentence


class Luggage(BaseModel):
    """What travels of a working folder, and what does not."""

    files: int
    size: int = Field(description="Bytes of all files.")
    left_out: list[LeftOut] = Field(default=[], description="The first 100.")
    left_out_count: int = 0


class Snapshot(Luggage):
    """The working folder as it was at submission."""

    digest: str


class RankExit(BaseModel):
    """How one rank ended."""

    rank: int
    node: int
    code: int | None = Field(default=None, description="The exit code, where it exited.")
    signal: int | None = Field(default=None, description="The signal, where one ended it.")


class Exit(BaseModel):
    """Why an attempt, or a job, ended."""

    kind: ExitKind
    message: Sentence = Field(description="One sentence for people.")
    action: Sentence = Field(default="", description="What to do about it.")
    first: RankExit | None = Field(default=None, description="The rank that failed first.")
    tail: list[str] = Field(default=[], description="The last lines of that rank.")


class Attempt(BaseModel):
    """One try of a job."""

    number: int
    started: float
    ended: float | None = None
    exit: Exit | None = None


class Progress(BaseModel):
    """How far a job is, from its own reports (`step` and, where given, `steps`)."""

    step: int
    steps: int | None = None
    seconds_left: float | None = None


class Job(BaseModel):
    """A job as it is now. Times are Unix seconds."""

    id: str
    name: str
    owner: str
    spec: JobSpec
    state: JobState
    version: int = Field(description="Grows with every change of state.")
    created: float
    started: float | None = None
    ended: float | None = None
    attempt: int = Field(default=0, description="The current try; 0 before the first.")
    restarts: int = Field(default=0, description="Tries charged to the restart budget.")
    reason: Sentence = Field(default="", description="One sentence: why it is where it is.")
    exit: Exit | None = None
    progress: Progress | None = None
    metrics: dict[str, float | None] = Field(default={}, description="The newest values.")
    queue_position: int | None = None
    snapshot: Snapshot | None = None
    node_names: list[str] = []
    output: str | None = Field(default=None, description="The folder for its outputs.")
    outputs: dict[str, str] = Field(default={}, description="What it reported by `output(...)`.")


class JobPage(BaseModel):
    """A part of a list of jobs, newest first. `cursor` gives the next part."""

    items: list[Job]
    total: int
    cursor: str | None = None


Level = Literal["error", "warning", "info", "debug", "other"]
"""How serious a line is, as far as it says; `other` says nothing."""


class Record(BaseModel):
    """One line of what a job says; see `ogai_lab.core.records`."""

    model_config = ConfigDict(extra="allow")

    time: float
    rank: int
    kind: Literal["text", "metric", "event"]
    stream: str | None = None
    text: str | None = None
    more: bool | None = None
    step: int | None = None
    metrics: dict[str, float | None] | None = None
    name: str | None = None
    attempt: int | None = None
    offset: int | None = Field(default=None, description="Where it begins in the job's records.")
    level: Level | None = Field(default=None, description="How serious a text is.")


class LogChunk(BaseModel):
    """The wanted records between two offsets; from the second one asks for the next ones."""

    records: list[Record]
    start: int = Field(default=0, description="Before it, wanted records may be left.")
    offset: int
    ended: bool = Field(description="Whether the job is over and nothing will follow.")


class LogMatch(BaseModel):
    """A line in which something was found."""

    offset: int = Field(description="Where its record begins.")
    time: float
    rank: int
    stream: str | None
    level: Level
    text: str = Field(description="As people read it, cut when it is very long.")
    spans: list[tuple[int, int]] = Field(description="What was found, in characters of `text`.")


class LogMatches(BaseModel):
    """What was found in one more part of a log."""

    places: list[int] = Field(description="The offset of each line, in order.")
    matches: list[LogMatch] = Field(description="The first lines themselves, as many as asked.")
    count: int = Field(description="How many lines were found so far.")
    offset: int = Field(description="Up to here all was searched; from here one goes on.")
    size: int = Field(description="Where the log ends now.")
    ended: bool = Field(description="Whether this is the last part.")


class LogPlace(BaseModel):
    """A place in a log, and how long the log is."""

    offset: int
    line: int = Field(description="How many records lie before it.")
    lines: int
    size: int


class MetricPoint(BaseModel):
    """One value of one metric."""

    name: str
    step: int | None
    value: float | None
    time: float
    rank: int
    attempt: int


class Reason(BaseModel):
    """One typed reason why a job waits or ended, with what it is based on."""

    code: str
    text: Sentence
    evidence: dict[str, Any] = {}
    action: Sentence = ""


class JobAhead(BaseModel):
    """A job that will start before the one explained, or holds what it waits for."""

    id: str
    name: str
    owner: str
    state: JobState
    cpus: float
    gpus: int
    seconds_left: float | None = None


class Explanation(BaseModel):
    """Why a job is where it is and what would change that."""

    job: str
    state: JobState
    summary: Sentence = Field(description="The answer, in one or two sentences.")
    reasons: list[Reason] = []
    ahead: list[JobAhead] = []
    would_start: list[Sentence] = Field(
        default=[], description="Changes that would let it start now."
    )
    starts_in: float | None = Field(default=None, description="Seconds, where it can be told.")
    basis: Sentence = Field(default="", description="What `starts_in` is based on.")


class Gpu(BaseModel):
    """A GPU of a node."""

    index: int
    name: str
    uuid: str = ""
    memory: int = Field(default=0, description="Bytes.")
    memory_used: int | None = None
    utilization: float | None = Field(default=None, description="0 to 1.")
    temperature: float | None = Field(default=None, description="Degrees Celsius.")
    job: str | None = Field(default=None, description="The job that holds it.")
    owner: str | None = Field(default=None, description="Whose job holds it.")
    problem: Sentence = Field(default="", description="Why no job can have it, where none can.")


class Node(BaseModel):
    """A node: what it has, and what jobs leave free.

    What its telemetry does not tell is None, and its health then `unknown`.
    """

    name: str
    state: Literal["ready", "busy", "unreachable", "draining"]
    cpus: float
    cpus_free: float
    memory: int
    memory_free: int
    gpus: list[Gpu] = []
    gpus_free: int = Field(default=0, description="GPUs that are well and that no job holds.")
    jobs: list[str] = []
    queues: list[str] = Field(default=[], description="Whose jobs it runs.")
    rack: str = Field(default="", description="Where it stands.")
    labels: dict[str, str] = {}
    flavors: list[str] = Field(default=[], description="Flavors of a cluster's quotas it is of.")
    taints: list[str] = Field(default=[], description="What keeps pods off: key=value:effect.")
    health: Literal["ok", "warn", "critical", "unknown"] = Field(
        default="unknown", description="What the last checks found at worst."
    )
    cpu: float | None = Field(default=None, description="Share of its cores that is busy now.")
    memory_used: int | None = Field(default=None, description="Bytes.")

    @property
    def usable(self) -> list[Gpu]:
        """The GPUs that jobs can have."""
        return [gpu for gpu in self.gpus if not gpu.problem]


class Queue(BaseModel):
    """A queue: its limits (None where it has none), what it uses, and who waits."""

    name: str
    cpus: float | None = None
    gpus: int | None = None
    cpus_used: float = 0
    gpus_used: int = 0
    running: int = 0
    waiting: int = 0


class Usage(BaseModel):
    """What was used, for one group."""

    group: str
    core_hours: float
    gpu_hours: float
    jobs: int
