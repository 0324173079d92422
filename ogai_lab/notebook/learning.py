"""What a cell says to make data, train on them, keep the models and compare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ogai_lab.commands import comparing
from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.display import Listing, listing
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.notebook.kinds import DataJob, TrainingJob, handle
from ogai_lab.scheduler.types import Job

if TYPE_CHECKING:
    from ogai_lab.data.types import Manifest, Pipeline
    from ogai_lab.models.types import Comparison, Version
    from ogai_lab.training.types import Recipe


def prepare(pipeline: Pipeline, *, workers: int | None = None) -> DataJob:
    """Run a data pipeline as a job; when it is over, ``job.manifest`` is what it made.

    Parameters
    ----------
    pipeline
        Everything that decides what the corpus becomes.
    workers
        How many processes; as many as there are cores when left out.
    """
    bench = workbench()
    return DataJob(bench.data.prepare(pipeline, Caller.local(), workers), bench)


def train(
    recipe: Recipe,
    *,
    nodes: int = 1,
    processes: int | None = None,
    gpus: int | None = None,
    queue: str = "default",
    priority: int = 0,
    name: str = "",
) -> TrainingJob:
    """Train a recipe as a job, and return the job.

    Parameters
    ----------
    recipe
        The science: model, data, optimizer, budget.
    nodes, processes, gpus
        The machines, each node's ranks and GPUs; chosen for what there is when left out. They
        change how fast it trains, never what.
    queue, priority
        Where it waits; a higher priority goes first.
    name
        The job's name; made from the model when left out.
    """
    bench = workbench()
    submitted = bench.training.train(
        recipe,
        Caller.local(),
        nodes=nodes,
        processes=processes,
        gpus=gpus,
        queue=queue,
        priority=priority,
        name=name,
    )
    return TrainingJob(submitted, bench)


def register(
    name: str,
    source: JobHandle | str | Path,
    *,
    aliases: Sequence[str] = (),
    tags: Mapping[str, str] | None = None,
    metrics: Mapping[str, float] | None = None,
) -> Version:
    """Register what a job made, or a folder, as the next version of a model.

    Of a safetensors file above 64 MiB only changed tensors take space again; a smaller one is
    kept whole.

    Parameters
    ----------
    name
        ``org/name``.
    source
        The job, its id, or the folder that holds ``config.json`` and the tensors.
    aliases
        Names that point to this version from now on.
    tags, metrics
        What to keep with it.
    """
    given: dict[str, str] = {}
    if isinstance(source, JobHandle):
        given["job"] = source.id
    elif Path(source).expanduser().is_dir():
        given["folder"] = str(Path(source).expanduser().resolve())
    else:
        given["job"] = str(source)
    return workbench().models.register(
        name,
        caller=Caller.local(),
        aliases=list(aliases),
        tags=dict(tags or {}),
        metrics=dict(metrics or {}),
        **given,  # type: ignore[arg-type]
    )


def models() -> Listing:
    """Return the models of the registry."""
    return listing(workbench().models.models(), "models")


def versions(name: str) -> Listing:
    """Return the versions of a model, as a list that shows itself as a table."""
    return listing(workbench().models.versions(name), "versions")


def compare(
    name: str,
    revision: str,
    other: str,
    *,
    data: Manifest | DataJob | str | None = None,
) -> Comparison:
    """Compare two versions of a model on the same held-out documents.

    Evaluations that are still missing run as jobs first, and are shown.

    Parameters
    ----------
    name
        ``org/name``.
    revision, other
        Versions or aliases: the answer says whether `other` is better than `revision`.
    data
        The manifest whose held-out documents are used, its digest, or the job that made it; the
        newest when left out.
    """
    bench = workbench()

    def follow(needed: list[Job]) -> None:
        for each in needed:
            handle(each, bench).wait()

    return comparing.compare(bench, name, revision, other, _digest(data), follow)


def _digest(data: Manifest | DataJob | str | None) -> str | None:
    if data is None or isinstance(data, str):
        return data
    if isinstance(data, DataJob):
        return data.digest
    service = workbench().data
    for each in service.runs():
        if each.manifest and service.manifest(each.manifest) == data:
            return each.manifest
    raise InvalidInput(
        _("This manifest was not made by a data run of this workbench."),
        action=_("Give its digest, or the job that made it."),
        field="data",
    )
