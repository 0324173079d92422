"""What is refused at submission because it could never run. Values in, values out."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.home import expanded
from ogai_lab.scheduler.placement import Free, Need
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.spec import (
    CellRun,
    CommandRun,
    FunctionRun,
    JobSpec,
    NotebookRun,
    ScriptRun,
)
from ogai_lab.scheduler.types import Node

_LONGEST_LABEL = 200
_LONGEST_VALUE = 1000
_GIB = 1 << 30
_OF_A_CLUSTER = (
    "image",
    "gpu",
    "fabric",
    "topology",
    "priority_class",
    "volumes",
    "secrets",
)


def check_size(spec: JobSpec, nodes: Sequence[Node], queues: Sequence[QueueConfig]) -> None:
    """Refuse a job that is larger than the nodes, or its queue, will ever allow.

    Raises
    ------
    InvalidInput
        With the field at fault, what was asked and what there is.
    """
    queue = next((one for one in queues if one.name == spec.queue), None)
    if queue is None:
        raise InvalidInput(
            f"There is no queue {spec.queue[:100]!r}.",
            action=f"Use one of: {', '.join(one.name for one in queues)}.",
            field="queue",
        )
    _check_queue(spec, queue)
    if nodes:
        _check_nodes(spec, nodes)


def check_text(spec: JobSpec) -> None:
    """Refuse labels that are no labels.

    Raises
    ------
    InvalidInput
        With the field at fault.
    """
    for key, value in spec.labels.items():
        if not 0 < len(key) <= _LONGEST_LABEL or "=" in key or len(value) > _LONGEST_VALUE:
            raise InvalidInput(
                f"The label {key[:50]!r} cannot be kept.",
                cause=f"A label's name has 1 to {_LONGEST_LABEL} characters and no '='; its value "
                f"has {_LONGEST_VALUE} at most.",
                action="Shorten it; what is longer belongs into a file of the job.",
                field="labels",
            )


def check_place(spec: JobSpec, clusters: Sequence[str] = ()) -> None:
    """Refuse a cluster that is not known, and what only a cluster has on this machine.

    Raises
    ------
    InvalidInput
        With the field at fault.
    """
    if spec.cluster and spec.cluster not in clusters:
        known = f"Use one of: {', '.join(clusters)}." if clusters else "Leave it out."
        raise InvalidInput(
            f"There is no cluster {spec.cluster[:100]!r}.", action=known, field="cluster"
        )
    given = next((name for name in _OF_A_CLUSTER if getattr(spec, name)), None)
    if given is not None and not spec.cluster:
        raise InvalidInput(
            f"{given}={getattr(spec, given)!r:.100} is for jobs on a cluster, and this one runs on "
            "this machine.",
            action=f"Leave {given} out, or name a cluster.",
            field=given,
        )


def complete(spec: JobSpec) -> JobSpec:
    """Return the spec with our Python, where it needs one, named none and runs here."""
    if spec.cluster or spec.python is not None or isinstance(spec.run, CommandRun):
        return spec
    return spec.model_copy(update={"python": sys.executable})


def check_program(
    spec: JobSpec, read: Callable[[str], bytes | None], why_missing: Callable[[str], str]
) -> None:
    """Refuse a script or notebook that is missing or cannot be parsed.

    Parameters
    ----------
    read
        Gives the bytes of a file of the job, by path; None where it is missing.
    why_missing
        Says why a path is missing.

    Raises
    ------
    InvalidInput
        With the line, for a syntax error.
    """
    run = spec.run
    # Another Python may know another syntax.
    ours = not spec.cluster and spec.python in (None, sys.executable)
    if isinstance(run, CellRun) and ours:
        _check_syntax(run.source, "the cell", "run.source")
    elif isinstance(run, FunctionRun) and not run.payload:
        raise InvalidInput(
            f"The function {run.name!r} came without its payload.",
            cause="Lists of jobs leave payloads out.",
            action="Take the spec from the job itself: job(id).spec.",
            field="run.payload",
        )
    elif isinstance(run, ScriptRun | NotebookRun):
        data = read(run.path)
        if data is None:
            what = "script" if isinstance(run, ScriptRun) else "notebook"
            raise InvalidInput(
                f"The {what} {run.path!r} is not there: {why_missing(run.path)}",
                action="Give its path below the working folder (workdir).",
                field="run.path",
            )
        if isinstance(run, NotebookRun):
            _check_notebook(data, run.path)
        elif run.path.endswith(".py") and ours:
            _check_syntax(data, repr(run.path), "run.path")


def read_here(path: str) -> bytes | None:
    """Return the bytes of a file of this machine, for a job without a working folder."""
    try:
        return Path(path).read_bytes() if Path(path).is_absolute() else None
    except OSError:
        return None


def why_missing_here(path: str) -> str:
    """Say why a file is missing, for a job without a working folder."""
    if not Path(path).is_absolute():
        return "no working folder travels with the job (workdir is not set)."
    return "this machine has no such file that can be read."


def relative(spec: JobSpec) -> JobSpec:
    """Return the spec with the program's path below the working folder, in plain form.

    Raises
    ------
    InvalidInput
        When the path leaves the folder.
    """
    run = spec.run
    if spec.workdir is None or not isinstance(run, ScriptRun | NotebookRun):
        return spec
    folder, path = expanded(spec.workdir), expanded(run.path)
    # Not resolved: links inside the folder travel as what they lead to, under their own names.
    inside = os.path.relpath(os.path.normpath(folder / path), folder)
    if inside == ".." or inside.startswith("../"):
        raise InvalidInput(
            f"The path {run.path!r} lies outside of the working folder {spec.workdir!r}.",
            action="Give a path below it, or another workdir.",
            field="run.path",
        )
    return spec.model_copy(update={"run": run.model_copy(update={"path": inside})})


def _check_queue(spec: JobSpec, queue: QueueConfig) -> None:
    for field, each, limit, unit in (
        ("gpus", spec.gpus, queue.gpus, "GPUs"),
        ("cpus", spec.cpus_per_node, queue.cpus, "cores"),
    ):
        if limit is not None and spec.nodes * each > limit:
            raise InvalidInput(
                f"{field}={each:g} on {spec.nodes} nodes is {spec.nodes * each:g} {unit}; the "
                f"queue {queue.name!r} allows {limit:g} at once.",
                action="Ask for less, or use another queue.",
                field=field,
            )


def _check_nodes(spec: JobSpec, nodes: Sequence[Node]) -> None:
    need = Need(
        id="",
        queue=spec.queue,
        nodes=spec.nodes,
        cpus=spec.cpus_per_node,
        gpus=spec.gpus,
        memory=spec.memory or 0,
    )
    gpus = max(len(node.usable) for node in nodes)
    cpus = max(node.cpus for node in nodes)
    memory = max(node.memory for node in nodes)
    if need.gpus > gpus:
        raise InvalidInput(
            f"gpus={need.gpus} a node is more than any node has (at most {gpus}).",
            action="Ask for fewer GPUs on more nodes." if gpus else "No node has GPUs: use gpus=0.",
            field="gpus",
        )
    if need.cpus > cpus and spec.cpus is None:
        raise InvalidInput(
            f"{spec.ranks_per_node} processes a node want a core each, and no node has more than "
            f"{cpus:g} cores.",
            action=f"Ask for fewer processes, or let them share cores with cpus={cpus:g}.",
            field="processes" if spec.processes else "gpus",
        )
    if need.cpus > cpus:
        raise InvalidInput(
            f"cpus={need.cpus:g} a node is more than any node has (at most {cpus:g}).",
            action=f"Ask for cpus={cpus:g} or less.",
            field="cpus",
        )
    if need.memory > memory:
        raise InvalidInput(
            f"memory={need.memory / _GIB:.1f}GiB a node is more than any node has (at most "
            f"{memory / _GIB:.1f}GiB).",
            action=f"Ask for memory={memory // _GIB}GiB or less.",
            field="memory",
        )
    empty = (
        Free(node.name, node.cpus, node.memory, tuple(gpu.index for gpu in node.usable))
        for node in nodes
    )
    most = sum(free.holds(need) for free in empty)
    if most < need.nodes:
        raise InvalidInput(
            f"nodes={need.nodes} is more than fits: {most} of this size fit on all machines "
            "together when nothing else runs.",
            action="Ask for fewer nodes, or for less on each.",
            field="nodes",
        )


def _check_syntax(source: str | bytes, name: str, field: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<job>", "exec", dont_inherit=True)
    except SyntaxError as exc:
        line = f"line {exc.lineno} of {name}" if exc.lineno else name
        shown = f": {exc.text.strip()[:80]}" if exc.text else ""
        raise InvalidInput(
            f"{line[0].upper()}{line[1:]} has a syntax error ({exc.msg}){shown}",
            action="Correct it and submit again.",
            field=field,
        ) from exc
    except (ValueError, RecursionError, MemoryError) as exc:
        raise InvalidInput(
            f"{name} is not Python that can be compiled ({type(exc).__name__} {exc}).",
            action="Correct it and submit again.",
            field=field,
        ) from exc


def _check_notebook(data: bytes, path: str) -> None:
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(
            f"{path!r} is not a notebook: {exc}.", action="Save it again.", field="run.path"
        ) from exc
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise InvalidInput(
            f"{path!r} is not a notebook of format 4 (it has no cells).",
            action="Open it in JupyterLab and save it again.",
            field="run.path",
        )
