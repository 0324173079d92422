"""What a file of queues would change on a cluster, found by the cluster itself, and the change.

Every object is applied by the server's own rules, dry first: what is shown is what the cluster
would keep, defaults, webhooks and the fields of others included. Rights are asked for beforehand.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ogai_lab.core.errors import Conflict, Forbidden, NotFound, OgaiError
from ogai_lab.scheduler.clusters.plans import QueueChange, QueuePlan
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.quotafile import Wanted
from ogai_lab.scheduler.engines.kubernetes.rights import Right, allowed, rule

_VERBS = ("get", "create", "patch")
_OF_THE_SERVER = (
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
    "finalizers",
)
_TAKEN = "Take it over with --force, or leave it out of the file."


def plan(api: Api, cluster: str, wanted: Sequence[Wanted], *, force: bool = False) -> QueuePlan:
    """Return what would change. Changes nothing."""
    lacking = _lacking(api, wanted)
    made = {
        one.name for one in wanted if one.resource is paths.namespaces and _now(api, one) is None
    }
    changes = [_change(api, one, made, lacking, force) for one in wanted]
    return QueuePlan(
        cluster=cluster,
        ready=not any(one.outcome == "refused" for one in changes),
        changes=changes,
        fingerprint=_fingerprint(changes),
    )


def apply(
    api: Api, cluster: str, wanted: Sequence[Wanted], fingerprint: str, *, force: bool = False
) -> QueuePlan:
    """Change a cluster as planned.

    Parameters
    ----------
    fingerprint
        That of the plan which was agreed to.

    Raises
    ------
    Conflict
        When other changes would be made than were agreed to; nothing was changed.
    Forbidden
        When a right is missing or the cluster refuses one of the objects; nothing was changed.
    """
    now = plan(api, cluster, wanted, force=force)
    if now.fingerprint != fingerprint:
        raise Conflict(
            "The cluster has changed since this was planned.",
            action="Look at the plan again, and apply it then.",
        )
    refused = next((one for one in now.changes if one.outcome == "refused"), None)
    if refused is not None:
        raise Forbidden(
            f"{refused.kind} {refused.name} would be refused; nothing was changed.",
            cause=refused.problem,
            action=refused.action,
        )
    for one, change in zip(wanted, now.changes, strict=True):
        if change.outcome != "keep":
            api.patch(one.path, one.body, "apply", force=force)
    return now.model_copy(update={"applied": True})


def _change(
    api: Api,
    wanted: Wanted,
    made: set[str],
    lacking: Mapping[tuple[paths.Resource, str | None], QueueChange],
    force: bool,
) -> QueueChange:
    missing = lacking.get((wanted.resource, wanted.namespace))
    if missing is not None:
        return missing.model_copy(update={"name": wanted.name})
    now = _now(api, wanted)
    if wanted.resource is paths.namespaces and now is not None:
        return _told(wanted, "keep")  # a namespace is somebody's: it is made, never changed
    if wanted.namespace in made:  # the server cannot judge what lies in a namespace to be
        then = wanted.body
    else:
        try:
            then = api.patch(wanted.path, wanted.body, "apply", force=force, dry_run=True)
        except Conflict as exc:
            return _refused(wanted, exc.message, _TAKEN, exc.cause)
        except OgaiError as exc:
            return _refused(wanted, exc.message, exc.action, exc.cause)
    lines = _diff(now, then)
    return _told(wanted, "create" if now is None else "change" if lines else "keep", lines)


def _now(api: Api, wanted: Wanted) -> dict[str, Any] | None:
    try:
        return api.get(wanted.path)
    except NotFound:
        return None
    except Forbidden:  # what may not be seen may still be applied; the rights tell
        return None


def _told(wanted: Wanted, outcome: Any, lines: Sequence[str] = ()) -> QueueChange:
    return QueueChange(
        kind=wanted.resource.kind,
        name=wanted.name,
        namespace=wanted.namespace or "",
        outcome=outcome,
        diff=list(lines),
    )


def _refused(wanted: Wanted, problem: str, action: str, cause: str) -> QueueChange:
    told = _told(wanted, "refused")
    told.problem, told.action = problem, action or cause
    return told


def _lacking(
    api: Api, wanted: Sequence[Wanted]
) -> dict[tuple[paths.Resource, str | None], QueueChange]:
    """Return a refusal for each kind and namespace for which a right is missing."""
    found = {}
    for one in {(one.resource, one.namespace): one for one in wanted}.values():
        if one.resource is paths.namespaces and _all_there(api, wanted):
            continue
        right = Right(one.resource, _VERBS, "")
        verbs = [verb for verb in _VERBS if not allowed(api, right, verb, one.namespace)]
        if verbs:
            listed = ", ".join(verbs)
            found[one.resource, one.namespace] = _refused(
                one,
                f"This account may not {listed} {one.resource.plural}.",
                "Ask an administrator to apply the role below, or to apply this file.",
                "",
            )
            found[one.resource, one.namespace].diff = rule(
                right, verbs, one.namespace or "", "YOU"
            ).splitlines()
    return found


def _all_there(api: Api, wanted: Sequence[Wanted]) -> bool:
    mine = [one for one in wanted if one.resource is paths.namespaces]
    return all(_now(api, one) is not None for one in mine)


def _diff(now: Mapping[str, Any] | None, then: Mapping[str, Any]) -> list[str]:
    """Return the lines of a unified diff, without its head."""
    before, after = _lines(now), _lines(then)
    return list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _lines(body: Mapping[str, Any] | None) -> list[str]:
    import yaml

    if body is None:
        return []
    shown = {name: value for name, value in body.items() if name != "status"}
    meta = dict(shown.get("metadata") or {})
    shown["metadata"] = {key: meta[key] for key in sorted(meta) if key not in _OF_THE_SERVER}
    return str(yaml.safe_dump(shown, sort_keys=True)).splitlines()


def _fingerprint(changes: Sequence[QueueChange]) -> str:
    text = "\n".join(one.model_dump_json() for one in changes)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
