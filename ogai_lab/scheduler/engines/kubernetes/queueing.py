"""Why Kueue holds a job back, each reason with its evidence. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ogai_lab.scheduler.clusters.types import ClusterQueueView, Share
from ogai_lab.scheduler.engines.kubernetes import clauses
from ogai_lab.scheduler.engines.kubernetes.clauses import Clause
from ogai_lab.scheduler.engines.kubernetes.objects import Condition, WorkloadObject
from ogai_lab.scheduler.engines.kubernetes.picture import Picture
from ogai_lab.scheduler.engines.kubernetes.quantities import number
from ogai_lab.scheduler.engines.kubernetes.queues import ceiling
from ogai_lab.scheduler.types import Reason

_ASK_LESS = "Ask for less, take another queue, or ask an administrator for a larger quota."
_QUEUE = "Take another queue, or ask its administrator."


def reasons(picture: Picture) -> list[Reason]:
    """Return why a job that Kueue has waits; the first says most."""
    workload = picture.workload
    view = _view(picture)
    if workload is None:
        return [*_queue(picture, view), _unseen(picture)]
    found = [*_taken_off(picture, workload), *_held(picture, workload)]
    if workload.has("QuotaReserved") and not workload.has("Evicted"):
        return found + list(_checks(workload))
    if not workload.active:
        return found
    if stopped := list(_queue(picture, view)):
        return found + stopped
    said = workload.condition("QuotaReserved")
    text = said.message if said is not None and not said.status else ""
    found += [_clause(picture, view, one, said) for one in clauses.of_kueue(text)]
    before = list(_before(picture))
    if not found and text and not before:
        found.append(
            Reason(
                code="not_admitted",
                text="Kueue does not admit it.",
                evidence=_said(workload.name, said),
            )
        )
    return found + before or [_unseen(picture)]


def _view(picture: Picture) -> ClusterQueueView | None:
    return next((one for one in picture.ground.queues if one.name == picture.queue), None)


def _unseen(picture: Picture) -> Reason:
    return Reason(
        code="not_judged",
        text="Kueue has not said anything of it yet.",
        evidence={"queue": picture.queue},
        action="If that lasts longer than a few seconds, ask an administrator whether the "
        "controller of Kueue runs: ogai doctor.",
    )


def _queue(picture: Picture, view: ClusterQueueView | None) -> Iterator[Reason]:
    """Yield that a queue takes no jobs, and why."""
    queues = picture.ground.quotas.local_queues
    where = {"namespace": picture.ground.namespace, "queue": picture.queue}
    if view is None:
        if queues is not None:
            yield Reason(
                code="no_local_queue",
                text=f"The namespace {picture.ground.namespace!r} has no LocalQueue "
                f"{picture.queue!r} any more.",
                evidence=where,
                action="Submit it to another queue, or ask for this one to be made again.",
            )
    elif (
        picture.ground.quotas.cluster_queues is not None
        and picture.ground.quotas.cluster_queue(view.cluster_queue) is None
    ):
        text, action = _PLAIN["no_cluster_queue"]
        evidence = {**where, "cluster_queue": view.cluster_queue, "said": view.problem}
        yield Reason(code="no_cluster_queue", text=text, evidence=evidence, action=action)
    elif not view.active:
        yield Reason(
            code="queue_inactive",
            text=f"The queue {picture.queue!r} takes no jobs now. {view.problem}",
            evidence={**where, "cluster_queue": view.cluster_queue, "said": view.problem},
            action=_QUEUE,
        )


def _taken_off(picture: Picture, workload: WorkloadObject) -> Iterator[Reason]:
    """Yield why what the job had was taken from it."""
    evicted = workload.condition("Evicted")
    if evicted is None or not evicted.status:
        return
    evidence = _said(workload.name, evicted)
    if evicted.reason == "Preempted":
        uid, job = clauses.preemptor(evicted.message)
        by = picture.preemptor
        why = next((one.reason for one in workload.conditions if one.type == "Preempted"), "")
        evidence |= {"by": by.model_dump(mode="json") if by else {"workload": uid, "job": job}}
        name = f"{by.name!r} of {by.owner}" if by else "another job"
        yield Reason(
            code="preempted",
            text=f"It made room for {name}, which goes before it, and waits again.",
            evidence={**evidence, "why": why},
            action="It goes on by itself when there is room; a higher priority class protects it.",
        )
    elif evicted.reason == "NodeFailures":
        yield Reason(
            code="node_lost",
            text="A node that it ran on failed, and no other could take its place.",
            evidence={**evidence, "nodes": list(workload.unhealthy)},
            action="It goes on by itself when there is room.",
        )
    elif evicted.reason == "PodsReadyTimeout":
        yield Reason(
            code="pods_late",
            text="Its pods were not ready in time, so the cluster gave its place to others.",
            evidence=evidence,
            action="See what its pods waited for: the image, a volume or a node.",
        )
    elif evicted.reason == "AdmissionCheck":
        yield from _checks(workload)


def _held(picture: Picture, workload: WorkloadObject) -> Iterator[Reason]:
    """Yield that it was switched off, or has to wait a while before it is looked at."""
    if not workload.active:
        evicted = workload.condition("Evicted")
        yield Reason(
            code="deactivated",
            text="It was switched off on the cluster and is not looked at any more.",
            evidence=_said(workload.name, evicted) | {"workload": workload.name},
            action="Submit it again, or ask who set spec.active of its workload to false.",
        )
    elif (until := workload.requeue_at) is not None and until > picture.ground.now:
        yield Reason(
            code="requeue_delay",
            text=f"Kueue looks at it again in {until - picture.ground.now:.0f} s.",
            evidence={"requeues": workload.requeued, "at": until},
        )


def _checks(workload: WorkloadObject) -> Iterator[Reason]:
    """Yield the admission checks that have not let it through."""
    for check in workload.checks:
        if (state := str(check.get("state", "Pending"))) == "Ready":
            continue
        yield Reason(
            code="admission_check",
            text=f"The quota is reserved; the admission check {check.get('name', '?')!r} has not "
            f"let it through: {state}.",
            evidence={"check": dict(check)},
            action="Ask whoever runs this check what it waits for.",
        )


def _clause(
    picture: Picture, view: ClusterQueueView | None, clause: Clause, said: Condition | None
) -> Reason:
    name = picture.workload.name if picture.workload else ""
    evidence: dict[str, Any] = {**clause.values, **_said(name, said), "queue": picture.queue}
    match clause.kind:
        case "quota" | "quota_too_small":
            share = _share(view, clause)
            if share is not None:
                evidence["share"] = share.model_dump(exclude_none=True)
            return _quota(picture, view, clause, share, evidence)
        case "topology":
            return _topology(picture, clause, evidence)
    text, action = _PLAIN[clause.kind]
    return Reason(code=clause.kind, text=text, evidence=evidence, action=action)


def _quota(
    picture: Picture,
    view: ClusterQueueView | None,
    clause: Clause,
    share: Share | None,
    evidence: dict[str, Any],
) -> Reason:
    resource, flavor = clause.values["resource"], clause.values["flavor"]
    if clause.kind == "quota":
        return Reason(
            code="quota",
            text=f"It waits for quota: {clause.values['missing']} {resource} more in flavor "
            f"{flavor!r} of the queue {picture.queue!r}.",
            evidence=evidence,
            action="Wait for a job to end, ask for less, or take another queue or flavor.",
        )
    most, asked = clause.values["most"], clause.values["asked"]
    behind = picture.ground.quotas.cluster_queue(view.cluster_queue) if view else None
    limit = share.borrowing_limit if share else None
    if limit is not None and share is not None and behind is not None:
        free = ceiling(behind, flavor, resource, picture.ground.quotas, limited=False)
        if free >= number(asked):
            return Reason(
                code="borrowing_limit",
                text=f"It asks for {asked} {resource}: its queue has {share.nominal or 0:g} and "
                f"may borrow {limit:g} at most, though its cohort has more.",
                evidence={**evidence, "cohort": view.cohort if view else ""},
                action="Ask for less, or ask an administrator for a higher borrowing limit.",
            )
    if number(most) == 0:
        return Reason(
            code="quota_zero",
            text=f"The queue {picture.queue!r} has no {resource} at all in flavor {flavor!r}.",
            evidence=evidence,
            action="Take another queue or flavor, or ask an administrator for a quota.",
        )
    return Reason(
        code="quota_too_small",
        text=f"It asks for {asked} {resource}; the queue {picture.queue!r} can never have more "
        f"than {most} in flavor {flavor!r}.",
        evidence=evidence,
        action=_ASK_LESS,
    )


def _topology(picture: Picture, clause: Clause, evidence: dict[str, Any]) -> Reason:
    fit, wanted = int(clause.values.get("fit", 0)), int(clause.values["wanted"])
    out = clauses.exclusions(clause.values.get("excluded", ""))
    evidence |= {"fit": fit, "wanted": wanted, "excluded": out}
    taints = [what.removeprefix("taint ") for what in out if what.startswith("taint ")]
    if taints and sum(out.values()) == sum(n for what, n in out.items() if "taint" in what):
        return Reason(
            code="taint",
            text=f"Its nodes take no pods of jobs now: they have the taint {taints[0]}.",
            evidence=evidence,
            action="Ask for the taint to be removed, or tolerate it under tolerations in "
            "clusters.yaml.",
        )
    if picture.job.spec.topology:
        return Reason(
            code="topology",
            text=f"So near one another as {picture.job.spec.topology!r} asks, only {fit} of its "
            f"{wanted} pods have room.",
            evidence=evidence,
            action="Wait, ask for fewer nodes, or for a wider or merely preferred topology.",
        )
    return Reason(
        code="nodes_full",
        text=f"The quota is free, but nodes are not: only {fit} of its {wanted} pods have room.",
        evidence=evidence,
        action="Wait for nodes to be free, or ask for fewer or smaller ones.",
    )


def _before(picture: Picture) -> Iterator[Reason]:
    """Yield who stands before it."""
    ahead = picture.ahead
    if not ahead:
        return
    first = ahead[0]
    workload = picture.workload
    yield Reason(
        code="behind_others",
        text=f"{len(ahead)} of the jobs in its queue stand before it; {first.name!r} of "
        f"{first.owner} is first.",
        evidence={
            "position": len(ahead) + 1,
            "first": first.model_dump(mode="json"),
            "priority": workload.priority if workload else 0,
            "priority_class": workload.priority_class if workload else "",
        },
        action="A higher priority class goes before them; another queue does not know them.",
    )


def _share(view: ClusterQueueView | None, clause: Clause) -> Share | None:
    at = (clause.values["resource"], clause.values["flavor"])
    shares = view.shares if view else []
    return next((one for one in shares if (one.resource, one.flavor) == at), None)


def _said(workload: str, condition: Condition | None) -> dict[str, Any]:
    if condition is None:
        return {}
    return {
        "object": f"workload/{workload}",
        "condition": condition.type,
        "reason": condition.reason,
        "said": condition.message,
    }


_PLAIN = {
    "preempting": (
        "It goes before others: they are being taken off to make room for it.",
        "",
    ),
    "resource_not_covered": (
        "It asks for a resource for which its queue has no quota.",
        "Take another queue, leave the resource out, or ask an administrator to cover it.",
    ),
    "taint": (
        "The nodes of its flavor have a taint that jobs do not tolerate.",
        "Take another flavor, or tolerate the taint under tolerations in clusters.yaml.",
    ),
    "topology_unknown": (
        "The flavor has no topology of the kind that it asks for.",
        "Ask for another level, or leave topology out.",
    ),
    "flavor": (
        "No flavor of its queue has nodes of the kind that it asks for.",
        "Ask for another kind of GPU, or take another queue.",
    ),
    "no_local_queue": (
        "Its LocalQueue does not exist any more.",
        "Submit it to another queue, or ask for this one to be made again.",
    ),
    "no_cluster_queue": ("The ClusterQueue behind its queue does not exist.", _QUEUE),
    "queue_inactive": ("Its queue takes no jobs now.", _QUEUE),
    "namespace_not_taken": (
        "The ClusterQueue behind its queue takes no jobs from this namespace.",
        "Take another queue, or ask an administrator to let the namespace in.",
    ),
}
