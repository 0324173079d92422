"""What a cell says to run jobs and to look at the machines they run on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands import verbs
from ogai_lab.commands.mounts import secret, volume
from ogai_lab.commands.runs import from_path, from_words
from ogai_lab.core.errors import InvalidInput
from ogai_lab.locale import _
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.display import Listing, listing
from ogai_lab.notebook.functions import function_run
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.notebook.kinds import handle, handles
from ogai_lab.scheduler.spec import CallRun, JobSpec, NotebookRun, RestartPolicy, Run

if TYPE_CHECKING:
    from ogai_lab.cluster.types import Machine
    from ogai_lab.scheduler.mounts import Secret, Volume


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
    cluster: str = "",
    image: str = "",
    gpu: str = "",
    fabric: str = "",
    topology: str = "",
    priority_class: str = "",
    volumes: Sequence[str | Mapping[str, Any] | Volume] = (),
    secrets: Sequence[str | Mapping[str, Any] | Secret] = (),
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
        Of a notebook, or of a function by its name: ``"package.module:function"``.
    cluster
        The cluster, as `ogai.cluster.known` lists them; this machine when left out.
    image, gpu, fabric, topology, priority_class
        Of a cluster: the container image, the kind of GPU (``"H100"``), the network between nodes
        (``"ib"``), how near they stand (``"same-rack"``), the class of priority.
    volumes, secrets
        Of a cluster: ``"claim:/data:ro"``; ``"name"``, ``"name:key=VARIABLE"``, ``"name:/path"``;
        or all their fields.
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
        cluster=cluster,
        image=image,
        gpu=gpu,
        fabric=fabric,
        topology=topology,
        priority_class=priority_class,
        volumes=[volume(one) for one in volumes],
        secrets=[secret(one) for one in secrets],
    )
    bench = workbench()
    return JobHandle(verbs.submit(spec, bench), bench)


def submit(spec: JobSpec | Mapping[str, Any]) -> JobHandle:
    """Submit a whole `JobSpec`, or its fields as a mapping.

    Raises
    ------
    InvalidInput
        When the job could never run; `field` names what is wrong.
    """
    whole = spec if isinstance(spec, JobSpec) else verbs.spec_of(spec)
    bench = workbench()
    return JobHandle(verbs.submit(whole, bench), bench)


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
    return listing(workbench().cluster.checks(), "checks")


def nodes(cluster: str = "") -> Listing:
    """Return the nodes, here or of a cluster: what they have, what is free, whose jobs they run."""
    bench = workbench()
    found = bench.clusters.nodes(cluster) if cluster else bench.scheduler.nodes()
    return listing(found, "nodes")


def queues(cluster: str = "") -> Listing:
    """Return the queues, here or of a cluster: their limits, what is used of them, who waits."""
    bench = workbench()
    found = bench.clusters.queues(cluster) if cluster else bench.scheduler.queues()
    return listing(found, "queues")


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
    return listing(found, "usage")


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
            action=_(
                "Arguments of a script go into args=[...], of a notebook into parameters={...}; "
                "only a function takes others."
            ),
            field=next(iter(kwargs), "args"),
        )
    if isinstance(what, Path):
        made = from_path(str(what), [str(word) for word in words], folder)
    else:
        given = [what] if isinstance(what, str) else [str(word) for word in what]
        made = from_words([*given, *(str(word) for word in words)], folder)
    if parameters is None:
        return made
    if not isinstance(made, NotebookRun | CallRun):
        raise InvalidInput(
            _("Only a notebook or a function takes parameters."),
            action=_("Arguments of a script go into args=[...]."),
            field="parameters",
        )
    return made.model_copy(update={"parameters": dict(parameters)})


__all__ = [
    "checks",
    "job",
    "jobs",
    "listing",
    "machine",
    "nodes",
    "queues",
    "run",
    "submit",
    "usage",
]
