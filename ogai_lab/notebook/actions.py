"""What a cell can say: `ogai.run`, `ogai.jobs`, `ogai.train`, `ogai.compare` and their like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands import comparing, verbs
from ogai_lab.commands.forms import view_of
from ogai_lab.commands.runs import from_path, from_words
from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.display import Listing
from ogai_lab.notebook.functions import function_run
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.notebook.kinds import DataJob, TrainingJob, handle, handles
from ogai_lab.scheduler.types import Job, NotebookRun, RestartPolicy, Run

if TYPE_CHECKING:
    from ogai_lab.cluster.types import Machine
    from ogai_lab.data.types import Manifest, Pipeline
    from ogai_lab.models.types import Comparison, Version
    from ogai_lab.training.types import Recipe


def run(
    what: str | Path | Sequence[str] | Callable[..., Any],
    *args: Any,
    name: str = "",
    nodes: int = 1,
    processes: int | None = None,
    cpus: float | None = None,
    gpus: int = 0,
    memory: int | str | None = None,
    queue: str = "default",
    priority: int = 0,
    timeout: float | None = None,
    restarts: int | RestartPolicy = 0,
    environment: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    workdir: str | Path | None = None,
    include: Sequence[str] = (),
    preload: Sequence[str] = (),
    python: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> JobHandle:
    """Run a script, a notebook, a command or a function as a job.

    Parameters
    ----------
    what
        ``"train.py"``, ``"report.ipynb"``, ``"nvidia-smi -L"``, ``["make", "all"]`` or a function.
    args
        Arguments of the function. Those of a script are text: ``args=["--lr", "0.1"]``.
    name
        The job's name; made from `what` when left out.
    nodes, processes
        How many nodes, and how many ranks on each (one a GPU, else one, when left out).
    cpus, gpus, memory
        What each node must have for it; memory in bytes or as text: ``"16GiB"``.
    queue, priority
        Where it waits; a higher priority goes first.
    timeout
        Seconds that all attempts may take.
    restarts
        How often it is tried again, or a whole policy.
    environment, labels
        Environment variables of the ranks; labels to find the job by.
    workdir
        The folder that travels with the job: the current one when left out.
    include
        Only these paths of it travel; all when empty.
    preload
        Modules that are imported once, before the ranks are forked.
    python
        The Python that runs it; this one when left out.
    parameters
        Of a notebook.
    kwargs
        Keyword arguments of the function, or ``args`` of a script.

    Raises
    ------
    InvalidInput
        When the job could never run; `field` names what is wrong.
    """
    folder = Path(workdir or ".").expanduser().resolve()
    spec = verbs.build_spec(
        _what(what, args, kwargs, parameters, folder),
        name=name,
        nodes=nodes,
        processes=processes,
        cpus=cpus,
        gpus=gpus,
        memory=memory,
        queue=queue,
        priority=priority,
        timeout=timeout,
        restarts=restarts if isinstance(restarts, RestartPolicy) else {"limit": restarts},
        environment=dict(environment or {}),
        labels=dict(labels or {}),
        workdir=str(folder),
        include=list(include),
        preload=list(preload),
        python=python,
    )
    bench = workbench()
    return JobHandle(verbs.submit(spec, bench), bench)


def job(name: str) -> JobHandle:
    """Return the job with this id, the start of an id, or the newest with this name.

    Raises
    ------
    NotFound
        When there is none.
    """
    bench = workbench()
    found: JobHandle = handle(verbs.find_job(bench, name), bench)
    return found


def jobs(
    *,
    state: str | Sequence[str] | None = None,
    name: str | None = None,
    queue: str | None = None,
    owner: str | None = None,
    label: str | Sequence[str] | None = None,
    limit: int = 20,
) -> Listing:
    """Return jobs, newest first, as a list of handles that shows itself as a table.

    Parameters
    ----------
    state, name, queue, owner, label
        Only jobs in these states, with this in their name, of this queue or user, with these
        labels (``"key=value"``).
    limit
        How many at most.
    """
    bench = workbench()
    states = [state] if isinstance(state, str) else list(state or [])
    found = bench.scheduler.jobs(
        state=[verbs.job_state(each) for each in states] or None,
        name=name,
        queue=queue,
        owner=owner,
        label=[label] if isinstance(label, str) else list(label or []) or None,
        limit=limit,
    )
    return handles(found.items, bench, found.total)


def machine() -> Machine:
    """Return what this machine has and what is free of it."""
    return workbench().cluster.machine()


def checks() -> Listing:
    """Check the machine's health and return what was found, worst first."""
    return _listing(workbench().cluster.checks(), "")


def nodes() -> Listing:
    """Return the nodes: what they have, what is free, whose jobs they run."""
    return _listing(workbench().scheduler.nodes(), _("There are no nodes."))


def queues() -> Listing:
    """Return the queues: their limits, what is used of them, who waits."""
    return _listing(workbench().scheduler.queues(), _("There are no queues."))


def usage(by: str = "owner", *, since: float | None = None) -> Listing:
    """Return the core and GPU hours that were used.

    Parameters
    ----------
    by
        ``owner``, ``job`` or ``day``.
    since
        Unix seconds; from the beginning when left out.
    """
    if by not in ("owner", "job", "day"):
        raise InvalidInput(
            _("Usage is by owner, job or day, not by {by!r}.").format(by=by),
            action=_('Write for example: ogai.usage("day")'),
            field="by",
        )
    found = workbench().scheduler.usage(by=by, since=since)  # type: ignore[arg-type]
    return _listing(found, _("Nothing was used yet."))


def models() -> Listing:
    """Return the models of the registry."""
    empty = _('No models yet. Register one: ogai.register("org/name", job)')
    return _listing(workbench().models.models(), empty)


def versions(name: str) -> Listing:
    """Return the versions of a model, as a list that shows itself as a table."""
    return _listing(workbench().models.versions(name), _("This model has no versions."))


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


def _listing(found: Sequence[Any], empty: str) -> Listing:
    return Listing(found, view_of(found, empty))


def _what(
    what: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    parameters: Mapping[str, Any] | None,
    folder: Path,
) -> Run:
    if callable(what):
        return function_run(what, args, kwargs, folder)
    words = list(kwargs.pop("args", []))
    if args or kwargs:
        extra = ", ".join([*map(repr, args), *kwargs])
        raise InvalidInput(
            _("Unknown arguments for a job: {extra}.").format(extra=extra),
            action=_("Arguments of a script go into args=[...]; only a function takes others."),
            field=next(iter(kwargs), "args"),
        )
    if isinstance(what, Path):
        made = from_path(str(what), [str(word) for word in words], folder)
    else:
        given = [what] if isinstance(what, str) else [str(word) for word in what]
        made = from_words([*given, *(str(word) for word in words)], folder)
    if parameters is None:
        return made
    if not isinstance(made, NotebookRun):
        raise InvalidInput(
            _("Only a notebook takes parameters."),
            action=_("Arguments of a script go into args=[...]."),
            field="parameters",
        )
    return made.model_copy(update={"parameters": dict(parameters)})


__all__ = [
    "checks",
    "compare",
    "job",
    "jobs",
    "machine",
    "models",
    "nodes",
    "prepare",
    "queues",
    "register",
    "run",
    "train",
    "usage",
    "versions",
]
