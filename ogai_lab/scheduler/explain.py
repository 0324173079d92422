"""Why a job is where it is, and what would change that. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator

from ogai_lab.scheduler.scene import Scene
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Explanation, Job, JobState, Reason
from ogai_lab.scheduler.waiting import duration, explain_waiting, no_leader

_TO_DO = {
    ExitKind.SIGNAL: "A native library crashed; run it with PYTHONFAULTHANDLER=1 to see where.",
    ExitKind.KILLED: "Find out who killed it: the machine's memory guard, or a person.",
    ExitKind.OUT_OF_MEMORY: "Use a smaller batch, fewer processes a node, or ask for more memory.",
    ExitKind.TIMEOUT: "Give it a longer timeout, or let it resume from a checkpoint.",
    ExitKind.NODE_LOST: "Submit it again, with restarts.limit if it resumes from a checkpoint.",
    ExitKind.START_FAILED: "Check the program's name and the Python that runs it.",
    ExitKind.STORAGE_FULL: "Free some space on that disk and submit it again.",
    ExitKind.PREEMPTED: "Submit it again when there is room.",
}


def explain(scene: Scene) -> Explanation:
    """Return the explanation of a job in its surroundings."""
    job = scene.job
    if job.state is JobState.QUEUED and not job.spec.cluster:
        return explain_waiting(scene)
    if job.state is JobState.QUEUED:
        reason = Reason(code="cluster_queue", text=job.reason, evidence={"queue": job.spec.queue})
    else:
        reason = _ended(job) if job.state.final else _active(scene)
    reasons = [reason, *_exhausted(job)]
    summary = " ".join(one.text for one in reasons)
    answer = Explanation(job=job.id, state=job.state, summary=summary, reasons=reasons)
    return with_leader(answer, scene.led)


def with_leader(answer: Explanation, led: bool) -> Explanation:
    """Add that nobody carries out the queue, where a job would need that."""
    if led or answer.state.final:
        return answer
    reason = no_leader()
    summary = f"{answer.summary} {reason.text}"
    return answer.model_copy(update={"reasons": [*answer.reasons, reason], "summary": summary})


def _exhausted(job: Job) -> Iterator[Reason]:
    """Yield that a job failed for good because it may not be started again."""
    policy = job.spec.restarts
    if job.state is not JobState.FAILED or job.exit is None or not policy.limit:
        return
    if job.exit.kind in policy.on and job.restarts >= policy.limit:
        yield Reason(
            code="restarts_exhausted",
            text=f"It was started again {job.restarts}×, as often as its policy allows.",
            evidence={"restarts": job.restarts, "limit": policy.limit},
            action="Allow more with restarts.limit, once the cause is mended.",
        )


def _active(scene: Scene) -> Reason:
    job = scene.job
    seconds = None if job.started is None else max(0.0, scene.now - job.started)
    evidence = {
        "nodes": job.node_names,
        "attempt": job.attempt,
        "restarts": job.restarts,
        "seconds": seconds,
    }
    names = job.node_names
    where = f"{', '.join(names[:3])}{' …' if len(names) > 3 else ''}"
    if job.state is JobState.STARTING:
        return Reason(
            code="starting",
            text=f"Its processes are being started on {where}.",
            evidence=evidence,
        )
    if job.state is JobState.STOPPING:
        return Reason(code="stopping", text=job.reason, evidence=evidence)
    # Whole sentences: in pieces they could not be translated.
    text = f"It runs on {where}."
    if (progress := job.progress) is not None:
        evidence["progress"] = progress.model_dump()
        step = f"{progress.step:,}" + (f"/{progress.steps:,}" if progress.steps else "")
        text = f"It runs on {where}, at step {step}."
        if progress.seconds_left is not None:
            left = duration(progress.seconds_left)
            text = f"It runs on {where}, at step {step}, for about {left} more."
    if job.restarts:
        text = f"{text} Restarts so far: {job.restarts}."
    return Reason(code="running", text=text, evidence=evidence)


def _ended(job: Job) -> Reason:
    if job.exit is None:
        return Reason(code=job.state.value, text=job.reason)
    evidence = job.exit.model_dump(mode="json", exclude_none=True, exclude={"message", "action"})
    evidence |= {"attempts": job.attempt, "restarts": job.restarts}
    action = job.exit.action or _to_do(job.exit.kind, job.id)
    return Reason(code=job.exit.kind.value, text=job.exit.message, evidence=evidence, action=action)


def _to_do(kind: ExitKind, job_id: str) -> str:
    # Said with the id in it, not put together later: the whole sentence is translated.
    if kind is ExitKind.PROGRAM_ERROR:
        return f"Read the last lines of the rank that failed first: ogai logs {job_id}"
    if kind is ExitKind.HANG:
        return f"See where each rank stood in its last lines: ogai logs {job_id}"
    return _TO_DO.get(kind, "")
