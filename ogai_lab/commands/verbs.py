"""What each verb does: arguments in, nouns out. Who called decides how they are shown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands import clusters, corpora, sessions
from ogai_lab.commands.comparing import compare
from ogai_lab.commands.runs import from_words
from ogai_lab.commands.views import Text
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.core.operations import Caller, invalid
from ogai_lab.locale import _
from ogai_lab.scheduler.spec import CallRun, CellRun, JobSpec, NotebookRun, Run
from ogai_lab.scheduler.types import Explanation, Job, JobPage, JobState, LogChunk, MetricPoint

if TYPE_CHECKING:
    from ogai_lab.workbench import Workbench

_FEWEST_DIGITS = 3


def do(arguments: argparse.Namespace, workbench: Workbench, cell: str | None = None) -> Any:
    """Do what was asked for and return the noun, or nouns, that answer it.

    Parameters
    ----------
    arguments
        What `ogai_lab.commands.parser.parser` parsed.
    workbench
        Whom to ask.
    cell
        The body of the cell, where the verb stood at the head of one.
    """
    if arguments.verb in ("run", "export"):
        whole = spec_of(arguments.spec) if arguments.spec else run_spec(arguments, cell)
        if arguments.verb == "export":
            return Text(workbench.clusters.export(whole, Caller.local()))
        return submit(whole, workbench)
    if arguments.verb in clusters.VERBS:
        return clusters.do(workbench, arguments)
    return _ACTIONS[arguments.verb](workbench, arguments)


def run_spec(arguments: argparse.Namespace, cell: str | None = None) -> JobSpec:
    """Return the spec that the options of `run` describe.

    Raises
    ------
    InvalidInput
        With the option at fault.
    """
    workdir = Path(arguments.workdir or ".").expanduser().resolve()
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    if cell is None:
        run = from_words(words, workdir)
    elif words:
        raise InvalidInput(
            _("The cell is what runs; {words!r} is too much.").format(words=" ".join(words)),
            action=_("Use %ogai run for commands and %%ogai run for cells."),
            field="run",
        )
    else:
        run = cell_run(cell)
    if arguments.param:
        run = _with_parameters(run, _pairs(arguments.param, "--param"))
    return build_spec(
        run,
        name=arguments.name,
        nodes=arguments.nodes,
        processes=arguments.processes,
        cpus=arguments.cpus,
        gpus=arguments.gpus,
        memory=arguments.memory,
        queue=arguments.queue,
        priority=arguments.priority,
        timeout=arguments.timeout,
        restarts={"limit": arguments.restarts},
        environment=_pairs(arguments.env, "--env"),
        labels=_pairs(arguments.label, "--label"),
        workdir=str(workdir),
        include=arguments.include,
        preload=arguments.preload,
        python=arguments.python,
        **clusters.fields(arguments),
    )


def cell_run(source: str) -> CellRun:
    """Return the run of a cell's text."""
    if not source.strip():
        raise InvalidInput(_("The cell is empty."), action=_("Write below %%ogai run what to run."))
    return CellRun(source=source)


def build_spec(run: Run, **fields: Any) -> JobSpec:
    """Return a `JobSpec`, or `InvalidInput` with the name of the field at fault."""
    from pydantic import ValidationError

    given = {name: value for name, value in fields.items() if value is not None}
    try:
        return JobSpec(run=run, **given)
    except ValidationError as exc:
        raise invalid(exc) from exc


def spec_of(given: str | Mapping[str, Any]) -> JobSpec:
    """Return the spec in JSON text, in the file of this name, or in a mapping.

    Raises
    ------
    InvalidInput
        When it is none; `field` names the part at fault.
    """
    from pydantic import ValidationError

    try:
        if not isinstance(given, str):
            return JobSpec.model_validate(given)
        text = given if given.lstrip().startswith("{") else Path(given).expanduser().read_text()
        return JobSpec.model_validate_json(text)
    except ValidationError as exc:
        raise invalid(exc) from exc
    except (OSError, ValueError) as exc:
        raise InvalidInput(
            _("The job cannot be read from {file!r}: {why}.").format(file=str(given), why=exc),
            action=_("Give the job as JSON, or the name of a file that holds it."),
            field="spec",
        ) from exc


def submit(spec: JobSpec, workbench: Workbench) -> Job:
    """Submit a job as this user."""
    return workbench.scheduler.submit(spec, Caller.local())


def find_job(workbench: Workbench, name: str) -> Job:
    """Return the job with this id, or whose id begins or ends so, or the newest of this name.

    Raises
    ------
    NotFound, InvalidInput
        When there is none, or more than one id begins so.
    """
    try:
        return workbench.scheduler.job(name)
    except (NotFound, InvalidInput) as exc:
        missing = exc
    jobs = workbench.scheduler.jobs(limit=500).items
    if len(name) >= _FEWEST_DIGITS:
        fitting = [job for job in jobs if job.id.startswith(name) or job.id.endswith(name)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise InvalidInput(
                _("{name!r} fits {count} jobs.").format(name=name, count=len(fitting)),
                action=_("Give more of the id: {ids}").format(
                    ids=", ".join(job.id for job in fitting[:5])
                ),
                field="job",
            ) from missing
    for job in jobs:
        if job.name == name:
            return job
    raise NotFound(
        _("There is no job {name!r}.").format(name=name),
        action=_("List jobs with: ogai jobs"),
    ) from missing


def _jobs(workbench: Workbench, arguments: argparse.Namespace) -> JobPage:
    states = [job_state(name) for name in arguments.state or []]
    return workbench.scheduler.jobs(
        state=states or None,
        owner=arguments.owner,
        queue=arguments.queue,
        name=arguments.name,
        limit=arguments.limit,
    )


def job_state(name: str) -> JobState:
    """Return the state of this name."""
    try:
        return JobState(name)
    except ValueError as exc:
        known = ", ".join(JobState)
        raise InvalidInput(
            _("{name!r} is not a state of jobs.").format(name=name),
            action=_("States: {known}.").format(known=known),
            field="state",
        ) from exc


def _logs(workbench: Workbench, arguments: argparse.Namespace) -> LogChunk:
    job = find_job(workbench, arguments.job)
    return workbench.scheduler.logs(
        job.id, rank=arguments.rank, tail=arguments.tail, kind=["text", "metric"]
    )


def _metrics(workbench: Workbench, arguments: argparse.Namespace) -> list[MetricPoint]:
    return workbench.scheduler.metrics(find_job(workbench, arguments.job).id)


def _explain(workbench: Workbench, arguments: argparse.Namespace) -> Explanation:
    return workbench.scheduler.explain(find_job(workbench, arguments.job).id)


def _cancel(workbench: Workbench, arguments: argparse.Namespace) -> Job:
    return workbench.scheduler.cancel(find_job(workbench, arguments.job).id, Caller.local())


def _models(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    if arguments.model:
        return workbench.models.versions(arguments.model)
    return workbench.models.models()


def _compare(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    return compare(workbench, arguments.model, arguments.revision, arguments.other, arguments.data)


def _with_parameters(run: Run, parameters: dict[str, str]) -> Run:
    if not isinstance(run, NotebookRun | CallRun):
        raise InvalidInput(
            _("Only a notebook or a function takes parameters."),
            action=_("Give a script its options after its name."),
            field="param",
        )
    return run.model_copy(update={"parameters": {n: _value(v) for n, v in parameters.items()}})


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pairs(words: Iterable[str], option: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise InvalidInput(
                _("{option} takes NAME=VALUE, not {word!r}.").format(option=option, word=word),
                action=_("Write for example: {option} LR=0.1").format(option=option),
                field=option.lstrip("-"),
            )
        pairs[name] = value
    return pairs


_ACTIONS: dict[str, Callable[[Any, argparse.Namespace], Any]] = {
    "cancel": _cancel,
    "checks": lambda workbench, _arguments: workbench.cluster.checks(),
    "compare": _compare,
    "data": corpora.do,
    "explain": _explain,
    "job": lambda workbench, arguments: find_job(workbench, arguments.job),
    "jobs": _jobs,
    "logs": _logs,
    "machine": lambda workbench, _arguments: workbench.cluster.machine(),
    "metrics": _metrics,
    "models": _models,
    "session": sessions.session,
    "sessions": lambda workbench, _arguments: workbench.sessions.sessions(),
    "usage": lambda workbench, arguments: workbench.scheduler.usage(by=arguments.by),
}
