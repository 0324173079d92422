"""What a job is asked to be: what to run, how big, where, how stubborn, with what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ogai_lab.core.types import Bytes, JsonObject, Strict, Text
from ogai_lab.scheduler.mounts import Secret, Volume


class ExitKind(StrEnum):
    """Why an attempt ended; restart policies and explanations are written in these words."""

    SUCCEEDED = "succeeded"
    PROGRAM_ERROR = "program_error"  # a rank ended with a code other than 0
    SIGNAL = "signal"  # a rank crashed: SIGSEGV, SIGABRT, SIGBUS …
    KILLED = "killed"  # a rank was SIGKILLed from outside
    OUT_OF_MEMORY = "out_of_memory"
    HANG = "hang"  # a rank stopped answering
    TIMEOUT = "timeout"
    NODE_LOST = "node_lost"  # an agent or its machine went away
    START_FAILED = "start_failed"  # the command does not exist, or could not be started
    STORAGE_FULL = "storage_full"
    PREEMPTED = "preempted"
    CANCELLED = "cancelled"


class CommandRun(Strict):
    """A program and its arguments."""

    kind: Literal["command"] = "command"
    argv: list[Text] = Field(min_length=1)

    @field_validator("argv")
    @classmethod
    def _with_a_program(cls, argv: list[str]) -> list[str]:
        if not argv[0]:
            raise ValueError("the first word is the program, and may not be empty")
        return argv


class ScriptRun(Strict):
    """A Python script, by its path in the working folder."""

    kind: Literal["script"] = "script"
    path: Text
    args: list[Text] = []


class ModuleRun(Strict):
    """A Python module, as ``python -m`` runs it."""

    kind: Literal["module"] = "module"
    module: Text
    args: list[Text] = []


class FunctionRun(Strict):
    """A Python function with its arguments, as cloudpickle in base 64."""

    kind: Literal["function"] = "function"
    name: Text
    payload: str


class NotebookRun(Strict):
    """A notebook, executed from its first cell to its last; the executed copy is an output."""

    kind: Literal["notebook"] = "notebook"
    path: Text
    parameters: JsonObject = {}


class CellRun(Strict):
    """The text of a notebook cell, run as a script."""

    kind: Literal["cell"] = "cell"
    source: Text = Field(min_length=1)


class CallRun(Strict):
    """A function by its name, ``package.module:function``, called with named parameters."""

    kind: Literal["call"] = "call"
    function: Text = Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*$")
    parameters: JsonObject = {}


Run = Annotated[
    CommandRun | ScriptRun | ModuleRun | FunctionRun | NotebookRun | CellRun | CallRun,
    Field(discriminator="kind"),
]


class RestartPolicy(Strict):
    """How often a job is tried again, and after which ends.

    A loss that is not the program's fault (`node_lost`, `killed`, `preempted`) is always worth
    another try; add `program_error` for programs that resume from a checkpoint.
    """

    limit: int = Field(default=0, ge=0, le=1000, description="How often it is tried again.")
    on: list[ExitKind] = Field(
        default=[
            ExitKind.KILLED,
            ExitKind.NODE_LOST,
            ExitKind.PREEMPTED,
            ExitKind.SIGNAL,
            ExitKind.HANG,
        ],
        description="After which ends it is tried again.",
    )
    delay: float = Field(default=0.0, ge=0, description="Seconds before the next attempt.")


class JobSpec(Strict):
    """What to run, how big, where, how stubborn, with what."""

    run: Run
    name: Text = Field(default="", max_length=200, description="Made from the run when empty.")
    nodes: int = Field(default=1, ge=1, le=10_000, description="How many nodes it runs on.")
    processes: int | None = Field(
        default=None, ge=1, le=1024, description="Ranks a node: one a GPU, else one, when left out."
    )
    cpus: float | None = Field(
        default=None, gt=0, description="Cores a node; one a process when left out."
    )
    gpus: int = Field(default=0, ge=0, description="GPUs a node.")
    memory: Bytes | None = Field(default=None, description="Memory a node, bytes or text: 16GiB.")
    queue: Text = Field(default="default", description="Where it waits; its limits count.")
    priority: int = Field(default=0, ge=-1000, le=1000, description="Higher goes first.")
    timeout: float | None = Field(default=None, gt=0, description="Seconds of all attempts.")
    restarts: RestartPolicy = RestartPolicy()
    hang_timeout: float | None = Field(
        default=None, gt=0, description="Seconds without a sign of life from a rank that reports."
    )
    environment: dict[Text, Text] = Field(
        default={}, description="Environment variables of all its processes."
    )
    python: Text | None = Field(
        default=None, description="The Python that runs it; the submitter's when left out."
    )
    workdir: Text | None = Field(
        default=None, description="The folder that travels with the job; none when left out."
    )
    include: list[Text] = Field(
        default=[], description="Only these paths of the working folder travel; all when empty."
    )
    preload: list[Text] = Field(
        default=[], description="Modules that a warm parent imports before ranks are forked."
    )
    labels: dict[Text, Text] = Field(default={}, description="Words to find it by: key=value.")
    cluster: Text = Field(default="", description="The cluster; this machine when left out.")
    image: Text = Field(default="", description="The container image; the cluster's if left out.")
    gpu: Text = Field(default="", description="The kind of GPU, such as H100; any when left out.")
    fabric: Text = Field(
        default="", description="The fast network between nodes: ib, roce, efa, sriov-ib, host …"
    )
    topology: Text = Field(
        default="",
        pattern=r"^((same-|required:|preferred:).+)?$",
        description="How close nodes stand: same-rack, required:LEVEL or preferred:LEVEL, by a "
        "word such as rack or by the label of nodes.",
    )
    priority_class: Text = Field(default="", description="The cluster's class of priority.")
    volumes: list[Volume] = Field(default=[], description="Volumes of the cluster.")
    secrets: list[Secret] = Field(default=[], description="Secrets of the cluster, by name.")

    @model_validator(mode="after")
    def _named(self) -> JobSpec:
        if not self.name:
            self.name = default_name(self.run)
        if any(not key or "=" in key for key in self.environment):
            raise ValueError("environment names may not be empty or hold '='")
        return self

    @property
    def ranks_per_node(self) -> int:
        """How many processes each node starts."""
        return self.processes or max(1, self.gpus)

    @property
    def world_size(self) -> int:
        """How many processes the whole job has."""
        return self.nodes * self.ranks_per_node

    @property
    def cpus_per_node(self) -> float:
        """How many cores each node takes."""
        return self.cpus if self.cpus is not None else float(self.ranks_per_node)


def default_name(run: Run) -> str:
    """Return the name of a job that was given none."""
    match run:
        case CommandRun():
            return run.argv[0].rsplit("/", 1)[-1][:200]
        case ScriptRun() | NotebookRun():
            return run.path.rsplit("/", 1)[-1][:200]
        case ModuleRun():
            return run.module[:200]
        case FunctionRun():
            return run.name[:200]
        case CallRun():
            return run.function.rpartition(":")[2][:200]
        case CellRun():
            return "cell"
