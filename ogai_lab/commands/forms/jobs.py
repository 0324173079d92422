"""How jobs, their explanations and what they say are shown."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ogai_lab.commands.figures import NOTHING, ago, clock, cores, duration, number, short, size
from ogai_lab.commands.views import (
    Badge,
    Block,
    Code,
    Column,
    Facts,
    Lines,
    Meter,
    Meters,
    Note,
    Table,
    Tone,
    View,
)
from ogai_lab.locale import _
from ogai_lab.locale.sentences import said
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Attempt, Explanation, Job, JobPage, JobState, Progress

_STATES: dict[JobState, tuple[str, Tone]] = {
    JobState.QUEUED: ("◔", "muted"),
    JobState.STARTING: ("◐", "busy"),
    JobState.RUNNING: ("▶", "busy"),
    JobState.STOPPING: ("◑", "warn"),
    JobState.SUCCEEDED: ("✔", "good"),
    JobState.FAILED: ("✖", "bad"),
    JobState.CANCELLED: ("⊘", "muted"),
}


def state_word(state: JobState) -> str:
    """Return a state in the user's language."""
    return {
        JobState.QUEUED: _("queued"),
        JobState.STARTING: _("starting"),
        JobState.RUNNING: _("running"),
        JobState.STOPPING: _("stopping"),
        JobState.SUCCEEDED: _("succeeded"),
        JobState.FAILED: _("failed"),
        JobState.CANCELLED: _("cancelled"),
    }[state]


def state_badge(state: JobState) -> Badge:
    """Return a state as an icon and a word."""
    icon, tone = _STATES[state]
    return Badge(icon, state_word(state), tone)


def job_view(job: Job) -> View:
    """Return the card of one job."""
    blocks: list[Block] = [Facts(_facts(job))]
    if job.progress is not None:
        blocks.append(Meters((progress_meter(job.progress, job.state),)))
    if job.metrics and not job.state.final:
        blocks.append(Facts(tuple((name, number(value)) for name, value in job.metrics.items())))
    blocks += _ending(job)
    if not job.state.final and job.reason:
        blocks.append(Note(job.reason))
    outputs = tuple((name, Code(value)) for name, value in job.outputs.items())
    details: list[Block] = [Facts(_details(job))]
    return View(
        job.name,
        (*blocks, *([Facts(outputs)] if outputs else [])),
        badge=state_badge(job.state),
        subtitle=job.id,
        details=tuple(details),
    )


def job_list(jobs: Sequence[Job], total: int | None = None) -> View:
    """Return a list of jobs."""
    columns = (
        Column(_("Job")),
        Column(_("Name")),
        Column(_("State")),
        Column(_("Size")),
        Column(_("Progress")),
        Column(_("Time"), right=True),
        Column(_("Created"), right=True),
    )
    rows = tuple(
        (
            Code(job.id),
            job.name,
            state_badge(job.state),
            job_size(job),
            progress_meter(job.progress, job.state, brief=True) if job.progress else "",
            duration(run_time(job)) if job.started else NOTHING,
            ago(job.created),
        )
        for job in jobs
    )
    total = len(jobs) if total is None else total
    note = _("{shown} of {total} jobs").format(shown=len(jobs), total=total)
    empty = _('No jobs yet. Start one: ogai.run("train.py") or: ogai run -- python train.py')
    table = Table(_("Jobs"), columns, rows, empty=empty, note=note if total > len(jobs) else "")
    return View(_("Jobs"), (table,))


def page_view(page: JobPage) -> View:
    """Return one page of a list of jobs."""
    return job_list(page.items, page.total)


def explanation_view(explanation: Explanation) -> View:
    """Return the answer to why a job is where it is."""
    # The summary is the reasons in a row: said again, one would read everything twice.
    blocks: list[Block] = [] if explanation.reasons else [Note(explanation.summary)]
    for reason in explanation.reasons:
        blocks.append(Note(reason.text))
        if reason.action:
            blocks.append(Note(reason.action, lead=_("next")))
    blocks += [Note(text, lead=_("would start it")) for text in explanation.would_start]
    if explanation.ahead:
        blocks.append(_ahead(explanation))
    if explanation.starts_in is not None:
        text = _("It starts in about {span}.").format(span=duration(explanation.starts_in))
        blocks.append(Note(text))
        blocks += [Note(explanation.basis)] if explanation.basis else []
    badge = state_badge(explanation.state)
    return View(explanation.job, tuple(blocks), badge=badge)


def attempts_view(attempts: Sequence[Attempt]) -> View:
    """Return the tries of a job."""
    rows = tuple(
        (
            str(attempt.number),
            clock(attempt.started),
            duration((attempt.ended or time.time()) - attempt.started),
            said(attempt.exit.message) if attempt.exit else _("running"),
        )
        for attempt in attempts
    )
    heads = (Column(_("Attempt"), right=True), Column(_("Started")), Column(_("Time"), right=True))
    table = Table(
        _("Attempts"),
        (*heads, Column(_("Ended because"))),
        rows,
        empty=_("It has not started yet."),
    )
    return View(_("Attempts"), (table,))


def progress_meter(progress: Progress, state: JobState, *, brief: bool = False) -> Meter:
    """Return how far a job is; `brief` leaves out the time that is left."""
    tone: Tone = _STATES[state][1]
    step = f"{progress.step:,}"
    if progress.steps:
        text = f"{step} / {progress.steps:,}"
        if progress.seconds_left is not None and not state.final and not brief:
            text += "  ·  " + _("{span} left").format(span=duration(progress.seconds_left))
        return Meter(_("step"), min(1.0, progress.step / progress.steps), text, tone)
    return Meter(_("step"), None if not state.final else 1.0, step, tone)


def job_size(job: Job) -> str:
    """Return how big a job is: nodes, ranks a node, GPUs."""
    spec = job.spec
    ranks = f"{spec.nodes} \u00d7 {spec.ranks_per_node}"
    gpus = spec.gpus * spec.nodes
    return _("{ranks}, {gpus} GPU").format(ranks=ranks, gpus=gpus) if gpus else ranks


def run_time(job: Job) -> float:
    """Return the seconds since a job's start, or that it took."""
    return 0.0 if job.started is None else (job.ended or time.time()) - job.started


def _facts(job: Job) -> tuple[tuple[str, str | Code], ...]:
    spec = job.spec
    taken = spec.cpus_per_node * spec.nodes
    cpus = _("1 core") if taken == 1 else _("{cores} cores").format(cores=cores(taken))
    gpus = _("{gpus} GPU").format(gpus=spec.gpus * spec.nodes)
    shape = (
        _("1 rank") if spec.world_size == 1 else _("{ranks} ranks").format(ranks=spec.world_size)
    )
    if spec.nodes > 1:
        shape = _("{ranks} on {nodes} nodes").format(ranks=shape, nodes=spec.nodes)
    facts: list[tuple[str, str | Code]] = [
        (_("size"), ", ".join([shape, cpus, *([gpus] if spec.gpus else [])])),
    ]
    if job.started is None:
        facts.append((_("waiting"), duration((job.ended or time.time()) - job.created)))
        if job.queue_position is not None:
            place = _("{position} in queue {queue}")
            facts.append((_("place"), place.format(position=job.queue_position, queue=spec.queue)))
    else:
        facts.append((_("time"), duration(run_time(job))))
    if job.attempt > 1:
        text = _("{attempt} (restarts charged: {restarts})")
        facts.append((_("attempt"), text.format(attempt=job.attempt, restarts=job.restarts)))
    return tuple(facts)


def _details(job: Job) -> tuple[tuple[str, str | Code], ...]:
    spec = job.spec
    facts: list[tuple[str, str | Code]] = [
        (_("created"), clock(job.created)),
        (_("owner"), job.owner),
        (_("queue"), spec.queue),
    ]
    if job.node_names:
        facts.append((_("nodes"), ", ".join(job.node_names)))
    if job.snapshot is not None:
        text = _("{files} files, {size}, {digest}").format(
            files=job.snapshot.files,
            size=size(job.snapshot.size),
            digest=short(job.snapshot.digest),
        )
        facts.append((_("code"), text))
        if job.snapshot.left_out_count:
            facts.append((_("left out"), str(job.snapshot.left_out_count)))
    if job.output:
        facts.append((_("output"), Code(job.output)))
    facts += [(name, value) for name, value in spec.labels.items()]
    return tuple(facts)


def _ending(job: Job) -> list[Block]:
    if job.exit is None or job.exit.kind is ExitKind.SUCCEEDED:
        return []
    tone: Tone = "plain" if job.state is JobState.CANCELLED else "bad"
    blocks: list[Block] = [Note(job.exit.message, lead=_("why"), tone=tone)]
    if job.exit.action:
        blocks.append(Note(job.exit.action, lead=_("next")))
    if job.exit.tail:
        blocks.append(Lines(_("last lines"), tuple(job.exit.tail[-15:])))
    return blocks


def _ahead(explanation: Explanation) -> Table:
    columns = (
        Column(_("Job")),
        Column(_("Name")),
        Column(_("Owner")),
        Column(_("State")),
        Column(_("Cores"), right=True),
        Column(_("GPUs"), right=True),
        Column(_("Time left"), right=True),
    )
    rows = tuple(
        (
            Code(job.id),
            job.name,
            job.owner,
            state_badge(job.state),
            cores(job.cpus),
            str(job.gpus),
            NOTHING if job.seconds_left is None else duration(job.seconds_left),
        )
        for job in explanation.ahead
    )
    return Table(_("Ahead of it"), columns, rows)
