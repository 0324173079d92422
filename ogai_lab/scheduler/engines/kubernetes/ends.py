"""How pods end: exit codes and last words read, and what is tried again after which of them.

Kubernetes decides on restarts, by rules that stand in the objects: a Job tells a disruption of its
node and final ends from all others (`pod_failure_policy`), and by what the Job says of that the
JobSet restarts the whole gang or fails (`failure_policy`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from ogai_lab.scheduler.agent.codes import EXIT_CODES as _CODES
from ogai_lab.scheduler.agent.codes import TERMINATED
from ogai_lab.scheduler.engines.kubernetes.names import CONTAINER
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Exit

EXIT_CODES: dict[ExitKind, int] = {ExitKind(kind): code for kind, code in _CODES.items()}
"""What an agent exits with."""

_ALSO: dict[int, ExitKind] = {
    126: ExitKind.START_FAILED,  # the runtime's: it cannot be run, it does not exist, no start
    127: ExitKind.START_FAILED,
    128: ExitKind.START_FAILED,
    137: ExitKind.KILLED,  # the agent itself was SIGKILLed, by whomever; the pod may know better
    TERMINATED: ExitKind.KILLED,
}
_KINDS = {code: kind for kind, code in EXIT_CODES.items()} | _ALSO
_DISRUPTED, _FINAL = 0, 1
_NEVER = 255
_RULE = "rule at index {}$"


def exit_kind(code: int) -> ExitKind:
    """Return what an exit code of the container means."""
    return _KINDS.get(code, ExitKind.PROGRAM_ERROR)


def word(message: str | None) -> Exit | None:
    """Return the exit in a container's termination message, where an agent has left one."""
    try:
        said = json.loads(message or "")
        return Exit.model_validate({key: said[key] for key in Exit.model_fields if key in said})
    except (ValueError, TypeError, ValidationError):
        return None


def pod_failure_policy(on: Collection[ExitKind]) -> dict[str, Any]:
    """Return the rules by which a Job tells apart why one of its pods failed.

    Parameters
    ----------
    on
        The ends after which the job is tried again.
    """
    exit_codes = {"containerName": CONTAINER, **_final(on)}
    disrupted = [{"type": "DisruptionTarget", "status": "True"}]
    return {
        "rules": [
            {"action": "FailJob", "onPodConditions": disrupted},
            {"action": "FailJob", "onExitCodes": exit_codes},
        ]
    }


def _final(on: Collection[ExitKind]) -> dict[str, Any]:
    """Return the exit codes after which nothing is tried again.

    A code that is none of ours is a failure of the program like any other.
    """
    again = {code for code, kind in _KINDS.items() if code and kind in on}
    if ExitKind.PROGRAM_ERROR not in on:
        return {"operator": "NotIn", "values": sorted(again) or [0]}
    return {"operator": "In", "values": sorted(_KINDS.keys() - again - {0}) or [_NEVER]}


def failure_policy(on: Collection[ExitKind], left: int) -> dict[str, Any]:
    """Return the rules by which a JobSet restarts all of its pods, at most `left` times.

    A preemption by Kueue is none of this: it suspends the JobSet, which costs no restart.
    """
    lost = "RestartJobSet" if ExitKind.NODE_LOST in on else "FailJobSet"
    return {
        "maxRestarts": left,
        "restartStrategy": "BlockingRecreate",
        "rules": [
            _rule("disrupted", lost, "PodFailurePolicy", _RULE.format(_DISRUPTED)),
            _rule("final", "FailJobSet", "PodFailurePolicy", _RULE.format(_FINAL)),
            _rule("late", "FailJobSet", "DeadlineExceeded"),
        ],
    }


def _rule(name: str, action: str, reason: str, *patterns: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"name": name, "action": action, "onJobFailureReasons": [reason]}
    if patterns:
        rule["onJobFailureMessagePatterns"] = list(patterns)
    return rule
