"""How clusters are shown: what was found, what is on offer, queues, and what would change."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.commands.figures import NOTHING, ago, duration, number
from ogai_lab.commands.forms.cluster import outcome_badge
from ogai_lab.commands.views import (
    Badge,
    Block,
    Cell,
    Code,
    Column,
    Lines,
    Meter,
    Note,
    Table,
    View,
)
from ogai_lab.locale import _
from ogai_lab.locale.sentences import said
from ogai_lab.scheduler.clusters.plans import Affected, NodePlan, QueueChange, QueuePlan
from ogai_lab.scheduler.clusters.types import (
    ClusterOffers,
    ClusterQueueView,
    Diagnosis,
    KnownCluster,
    Offer,
    Share,
)


def clusters_view(clusters: Sequence[KnownCluster]) -> View:
    """Return the clusters that are known."""
    columns = (
        Column(_("Cluster")),
        Column(_("Address")),
        Column(_("Namespace")),
        Column(_("Context")),
        Column(_("Note")),
    )
    rows = tuple(
        (
            one.name,
            one.server or NOTHING,
            one.namespace,
            one.context or NOTHING,
            said(one.problem) or (_("the current one") if one.current else NOTHING),
        )
        for one in clusters
    )
    return View(_("Clusters"), (Table(_("Clusters"), columns, rows),))


def diagnosis_view(found: Diagnosis) -> View:
    """Return what was found about a cluster, and the commands that mend it."""
    columns = (Column(_("Check")), Column(_("Outcome")), Column(_("Finding")), Column(_("Remedy")))
    rows = tuple(
        (
            one.check,
            outcome_badge(one.outcome),
            said(one.finding),
            said(one.remedy) or NOTHING,
        )
        for one in found.findings
    )
    blocks: list[Block] = [Table(_("Findings"), columns, rows)]
    blocks += [
        Lines(f"{one.check}: {said(one.remedy)}", tuple(one.command.splitlines()))
        for one in found.findings
        if one.command
    ]
    badge = (
        Badge("✔", _("jobs can run"), "good")
        if found.ready
        else Badge("✖", _("jobs cannot run"), "bad")
    )
    return View(found.cluster, tuple(blocks), badge=badge, subtitle=found.namespace)


def offers_view(found: ClusterOffers) -> View:
    """Return what a cluster could give, best first."""
    priced = any(one.cost is not None for one in found.offers)
    columns = (
        Column(_("Queue")),
        Column(_("Flavor")),
        Column(_("GPU")),
        Column(_("Starts")),
        Column(_("Left"), right=True),
        Column(_("Waiting"), right=True),
        *((Column(_("An hour"), right=True),) if priced else ()),
        Column(_("Basis")),
    )
    rows = tuple(_offer(one, found.currency, priced) for one in found.offers)
    need = found.need
    what = [_("{count} nodes").format(count=need.nodes)]
    if need.gpus:
        what.append(_("{count} GPUs each").format(count=need.gpus))
    what += [word for word in (need.gpu, need.fabric, need.topology) if word]
    empty = _("No queue of this namespace could give that.")
    blocks: list[Block] = [Table(_("Offers"), columns, rows, empty=empty)]
    blocks += [Note(note, tone="warn") for note in found.notes]
    if found.stale_since is not None:
        old = _("This was last true {span}.").format(span=ago(found.stale_since))
        blocks.append(Note(old, tone="warn"))
    return View(found.cluster, tuple(blocks), subtitle="  ·  ".join(what))


def cluster_queues_view(queues: Sequence[ClusterQueueView]) -> View:
    """Return the queues of a cluster: one row for each quota."""
    columns = (
        Column(_("Queue")),
        Column(_("Flavor")),
        Column(_("Resource")),
        Column(_("Used")),
        Column(_("Borrowed"), right=True),
        Column(_("Left"), right=True),
        Column(_("Running"), right=True),
        Column(_("Waiting"), right=True),
        Column(_("Note")),
    )
    rows = tuple(row for queue in queues for row in _queue(queue))
    return View(_("Queues"), (Table(_("Queues"), columns, rows),))


def queue_plan_view(plan: QueuePlan) -> View:
    """Return what a file of queues would change, or has changed."""
    columns = (
        Column(_("Kind")),
        Column(_("Name")),
        Column(_("Namespace")),
        Column(_("Change")),
        Column(_("Note")),
    )
    rows = tuple(
        (
            one.kind,
            one.name,
            one.namespace or NOTHING,
            _change(one, plan.applied),
            "  ".join(said(text) for text in (one.problem, one.action) if text) or NOTHING,
        )
        for one in plan.changes
    )
    blocks: list[Block] = [Table(_("Changes"), columns, rows)]
    if not plan.applied:
        blocks += [
            Lines(f"{one.kind} {one.name}", tuple(one.diff)) for one in plan.changes if one.diff
        ]
        blocks.append(Note(_next(plan), lead=_("next")))
    badge = (
        Badge("✔", _("applied"), "good")
        if plan.applied
        else Badge("○", _("planned"), "muted")
        if plan.ready
        else Badge("✖", _("refused"), "bad")
    )
    return View(plan.cluster, tuple(blocks), badge=badge)


def node_plan_view(plan: NodePlan) -> View:
    """Return a node, and what would have to leave it."""
    columns = (
        Column(_("Job or pod")),
        Column(_("Name")),
        Column(_("Owner")),
        Column(_("Namespace")),
        Column(_("Pods"), right=True),
    )
    rows = tuple(_leaving(one) for one in plan.affected)
    empty = _("Nothing runs there that would have to leave.")
    blocks: list[Block] = [Table(_("What runs there"), columns, rows, empty=empty)]
    blocks += [Note(each, tone="warn") for each in plan.refused]
    if plan.evicted:
        blocks.append(Note(_("{count} pods were asked to leave.").format(count=plan.evicted)))
    badge = (
        Badge("○", _("takes jobs"), "good")
        if plan.schedulable
        else Badge("◍", _("takes no new jobs"), "warn")
    )
    return View(plan.node, tuple(blocks), badge=badge, subtitle=plan.cluster)


def _offer(one: Offer, currency: str, priced: bool) -> tuple[Cell, ...]:
    cost = NOTHING if one.cost is None else f"{one.cost:,.2f} {currency}".rstrip()
    basis = [said(text) for text in (one.basis, one.topology, one.action) if text]
    return (
        one.queue,
        one.flavor or NOTHING,
        one.gpu or NOTHING,
        _starts(one),
        number(one.left),
        str(one.waiting),
        *((cost,) if priced else ()),
        "  ".join(basis) or NOTHING,
    )


def _starts(one: Offer) -> Badge:
    if not one.possible:
        return Badge("✖", _("never"), "bad")
    if one.now:
        return Badge("✔", _("now"), "good")
    if one.starts_in is not None:
        return Badge("◔", _("in {span}").format(span=duration(one.starts_in)), "busy")
    return Badge("?", _("unknown") if one.now is None else _("later"), "muted")


def _queue(queue: ClusterQueueView) -> list[tuple[Cell, ...]]:
    counts = (str(queue.admitted), str(queue.waiting))
    note = said(queue.problem) or (
        _("cohort {name}").format(name=queue.cohort) if queue.cohort else NOTHING
    )
    if not queue.shares:
        return [(queue.name, *(NOTHING,) * 5, *counts, note)]
    return [
        (
            queue.name,
            share.flavor,
            share.resource,
            _used(share),
            number(share.borrowed),
            number(share.left),
            *counts,
            note,
        )
        for share in queue.shares
        if share.nominal or share.reserved or share.resource == "cpu"
    ]


def _used(share: Share) -> Cell:
    if not share.nominal:
        return number(share.reserved)
    text = _("{used} of {total}").format(used=number(share.reserved), total=number(share.nominal))
    return Meter("", share.reserved / share.nominal, text, "busy")


def _change(one: QueueChange, applied: bool) -> Badge:
    badges = {
        "create": Badge("+", _("made") if applied else _("to make"), "good"),
        "change": Badge("~", _("changed") if applied else _("to change"), "warn"),
        "keep": Badge("=", _("as it is"), "muted"),
        "refused": Badge("✖", _("refused"), "bad"),
    }
    return badges[one.outcome]


def _next(plan: QueuePlan) -> str:
    if not plan.ready:
        return _("Nothing can be applied until none of it is refused.")
    if all(one.outcome == "keep" for one in plan.changes):
        return _("Nothing is to be done.")
    return _("Apply it: ogai queues apply FILE")


def _leaving(one: Affected) -> tuple[Cell, ...]:
    return (
        Code(one.name),
        one.shown or NOTHING,
        one.owner or NOTHING,
        one.namespace,
        str(len(one.pods)),
    )
