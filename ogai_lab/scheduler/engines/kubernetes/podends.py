"""How a pod is and how it ended, in the words of jobs. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable

from ogai_lab.scheduler.engines.kubernetes import ends
from ogai_lab.scheduler.engines.kubernetes.names import CONTAINER
from ogai_lab.scheduler.engines.kubernetes.objects import Condition, Container, PodObject
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Exit

_CAUSES = (
    ExitKind.NODE_LOST,
    ExitKind.PREEMPTED,
    ExitKind.OUT_OF_MEMORY,
    ExitKind.STORAGE_FULL,
    ExitKind.SIGNAL,
    ExitKind.KILLED,
)
"""Ends from outside: no pod ends so by the error of another, but the others fail of it."""


def container(pod: PodObject) -> Container | None:
    """Return the container of a pod that holds its ranks."""
    return next((one for one in pod.containers if one.name == CONTAINER and not one.init), None)


def is_up(pod: PodObject) -> bool:
    """Whether the ranks of a pod run, or have succeeded."""
    if pod.deleting:
        return False
    ranks = container(pod)
    running = pod.phase == "Running" and (ranks is None or ranks.state == "running")
    return running or pod.phase == "Succeeded" or (ranks is not None and ranks.code == 0)


def is_over(pod: PodObject) -> bool:
    """Whether nothing of a pod runs any more."""
    ranks = container(pod)
    return pod.phase in ("Succeeded", "Failed") or (ranks is not None and ranks.code is not None)


def started(pod: PodObject) -> float | None:
    """Return when the ranks of a pod were started."""
    ranks = container(pod)
    return None if ranks is None else ranks.started


def ended(pod: PodObject) -> float | None:
    """Return when the ranks of a pod ended."""
    ranks = container(pod)
    return None if ranks is None else ranks.ended


def exit_of(pod: PodObject) -> Exit | None:
    """Return how a pod failed; None where it did not, or was ended because another one had."""
    disruption = _disruption(pod)
    if disruption is not None:
        return _disrupted(pod, disruption)
    ranks = container(pod)
    if pod.deleting or not is_over(pod) or pod.phase == "Succeeded":
        return None
    if ranks is None or ranks.code is None:
        return _without_word(pod)
    if ranks.code == 0:
        return None
    said = ends.word(ranks.message)
    if said is not None:
        return said
    if ranks.reason == "OOMKilled":
        return Exit(
            kind=ExitKind.OUT_OF_MEMORY,
            message=f"The pod {pod.name} on {pod.node} was killed for using more memory than it "
            "asked for.",
            action="Ask for more memory (memory=), or use less: a smaller batch, fewer ranks.",
        )
    if pod.reason:
        return _without_word(pod)
    return Exit(
        kind=ends.exit_kind(ranks.code),
        message=f"The pod {pod.name} on {pod.node} ended with code {ranks.code} and left no word.",
        tail=ranks.message.splitlines()[-20:],
    )


def root_cause(pods: Iterable[PodObject]) -> Exit | None:
    """Return the failure that those of the other pods followed from; None where none failed."""
    failures = [
        (ended(one) or float("inf"), said) for one in pods if (said := exit_of(one)) is not None
    ]
    failures.sort(key=lambda one: (one[1].kind not in _CAUSES, one[0]))
    return failures[0][1] if failures else None


def _disruption(pod: PodObject) -> Condition | None:
    return next((one for one in pod.conditions if one.type == "DisruptionTarget"), None)


def _disrupted(pod: PodObject, why: Condition) -> Exit:
    if why.reason == "PreemptionByScheduler":
        return Exit(kind=ExitKind.PREEMPTED, message=f"The pod {pod.name} made room for another.")
    if pod.reason == "Evicted" or why.reason == "TerminationByKubelet":
        return _without_word(pod)
    return Exit(
        kind=ExitKind.NODE_LOST,
        message=f"The node {pod.node} was lost.",
        tail=[why.message] if why.message else [],
    )


def _without_word(pod: PodObject) -> Exit:
    """Return the exit of a pod that its node ended or never started."""
    text = pod.message or pod.reason
    kind = ExitKind.NODE_LOST
    if "memory" in text.lower():
        kind = ExitKind.OUT_OF_MEMORY
    elif "ephemeral" in text.lower() or "disk" in text.lower():
        kind = ExitKind.STORAGE_FULL
    return Exit(
        kind=kind,
        message=f"The node {pod.node} ended the pod {pod.name}.",
        tail=text.splitlines()[:20],
    )
