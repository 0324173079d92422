"""Training as operations: a plan for a recipe, a job that carries it out, and what it cost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import ogai_lab
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.events import EventLog
from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.scheduler.spec import JobSpec, ModuleRun, RestartPolicy
from ogai_lab.scheduler.types import Job
from ogai_lab.training.corpus import read_corpus
from ogai_lab.training.goodput import goodput
from ogai_lab.training.planner.resolve import resolve
from ogai_lab.training.types import Goodput, Order, Plan, Recipe

if TYPE_CHECKING:
    from ogai_lab.scheduler.service import Scheduler

StrategyChoice = Literal["auto", "ddp", "fsdp"]

PROGRAM = "ogai_lab.training.main"
RESTARTS = RestartPolicy(limit=3)
"""What is not the recipe's fault is tried again, from the last checkpoint."""
PRELOAD = (
    "pydantic.main",
    "tokenizers",
    "torch.distributed.checkpoint.state_dict",
    "torch.distributed.fsdp",
    "transformers.models.auto.modeling_auto",
)
"""What the agent's warm parent imports before it forks ranks. Nothing of ours, whose code comes
with the job's snapshot: so the same parent serves the next training."""


class Training(Service):
    """Plans trainings, submits them as jobs, and accounts for their time."""

    route = "training"
    resource = "ogai:training"

    def __init__(
        self, database: Database, blobs: BlobStore, events: EventLog, scheduler: Scheduler
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._events = events
        self._scheduler = scheduler

    @operation("POST", "/plan", action="read")
    def plan(
        self,
        recipe: Recipe,
        nodes: int | None = None,
        processes: int | None = None,
        gpus: int | None = None,
        strategy: StrategyChoice = "auto",
    ) -> Plan:
        """Say how a recipe would run on the nodes there are; nothing is started.

        Raises
        ------
        InvalidInput
            When it cannot run; `field` names what to change.
        """
        corpus = read_corpus(self._blobs, recipe.data)
        return resolve(
            recipe,
            corpus,
            self._scheduler.nodes(),
            nodes=nodes,
            processes=processes,
            gpus=gpus,
            strategy=strategy,
        )

    @operation("POST", "/runs", action="execute")
    def train(
        self,
        recipe: Recipe,
        caller: Caller,
        nodes: int = 1,
        processes: int | None = None,
        gpus: int | None = None,
        queue: str = "default",
        priority: int = 0,
        name: str = "",
        strategy: StrategyChoice = "auto",
        idempotency_key: str | None = None,
    ) -> Job:
        """Train a recipe as a job; its output ``model`` is the finished model's folder.

        The job's labels hold the digests of the recipe and of the data manifest, and its snapshot
        the code that trains: together with the job they are the model's lineage.
        """
        plan = self.plan(recipe, nodes, processes, gpus, strategy)
        order = Order(recipe=recipe, plan=plan)
        spec = JobSpec(
            run=ModuleRun(module=PROGRAM, args=[self._blobs.put(order.model_dump_json().encode())]),
            name=name or f"train {recipe.model['model_type']} {_short(plan.parameters)}",
            nodes=plan.nodes,
            processes=plan.processes,
            cpus=float(plan.processes * plan.threads) if plan.device == "cpu" else None,
            gpus=plan.gpus,
            queue=queue,
            priority=priority,
            restarts=RESTARTS,
            environment={"OMP_NUM_THREADS": str(plan.threads)},
            workdir=str(Path(ogai_lab.__file__).parent.parent),
            include=["ogai_lab"],
            preload=[*PRELOAD, _modeling(recipe)],
            labels={
                "kind": "training",
                "recipe": self._blobs.put(recipe.model_dump_json().encode()),
                "data": recipe.data,
            },
        )
        return self._scheduler.submit(spec, caller, idempotency_key)

    @operation("GET", "/runs/{job_id}/goodput", action="read")
    def goodput(self, job_id: str) -> Goodput:
        """Say where the wall-clock time of a training job went.

        Raises
        ------
        NotFound, InvalidInput
            When there is no such job, or it is not a training.
        """
        job = self._scheduler.job(job_id)
        if job.spec.labels.get("kind") != "training":
            raise InvalidInput(
                f"Job {job_id} is not a training.",
                action="Give the id of a job that train(…) returned.",
                field="job_id",
            )
        stream, offset = [], 0
        while True:
            chunk = self._scheduler.logs(job_id, offset, 1000, kind=["event"])
            stream += [record.model_dump() for record in chunk.records]
            if chunk.offset == offset:
                break
            offset = chunk.offset
        return goodput(stream, None if job.state.final else time.time())


def _modeling(recipe: Recipe) -> str:
    kind = recipe.model["model_type"]  # resolve() has let only known families pass
    return f"transformers.models.{kind}.modeling_{kind}"


def _short(parameters: int) -> str:
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if parameters >= size:
            return f"{parameters / size:.1f}{letter}"
    return str(parameters)
