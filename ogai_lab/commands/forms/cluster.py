"""How machines, nodes, queues, use and health checks are shown."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.cluster.types import Check, Machine, MachineUse
from ogai_lab.cluster.types import Gpu as MachineGpu
from ogai_lab.commands.figures import NOTHING, cores, size
from ogai_lab.commands.views import (
    Badge,
    Block,
    Cell,
    Code,
    Column,
    Facts,
    Meter,
    Meters,
    Note,
    Table,
    Tone,
    View,
)
from ogai_lab.locale import _
from ogai_lab.locale.sentences import said
from ogai_lab.scheduler.types import Node, Queue, Usage

_FULL, _TIGHT = 0.95, 0.8


def machine_view(machine: Machine) -> View:
    """Return a machine: what it has and what is free of it."""
    used = machine.memory - machine.memory_available
    meters = [share(_("memory"), used, machine.memory)]
    meters += [
        share(_("disk {path}").format(path=disk.path), disk.total - disk.free, disk.total)
        for disk in machine.disks
        if disk.total and disk.holds
    ]
    processor = machine.cpu or machine.architecture
    facts: list[tuple[str, Cell]] = [
        (_("cores"), f"{cores(machine.cpus)}  ·  {processor}"),
        (_("system"), f"{machine.system}  ·  Python {machine.python}"),
    ]
    blocks: list[Block] = [Facts(tuple(facts)), Meters(tuple(meters)), *_machine_gpus(machine)]
    networks = tuple(
        (
            each.name,
            ", ".join(each.addresses) or NOTHING,
            f"{each.speed:,} Mbit/s" if each.speed else NOTHING,
        )
        for each in machine.interfaces
        if each.up
    )
    heads = (Column(_("Interface")), Column(_("Addresses")), Column(_("Speed"), right=True))
    details = (Table(_("Network"), heads, networks, empty=_("No interface is up.")),)
    return View(machine.name, tuple(blocks), subtitle=_("this machine"), details=details)


def use_view(use: MachineUse) -> View:
    """Return what a machine does now."""
    meters = (
        Meter(_("processors"), use.cpu, f"{use.cpu:.0%}", _tone(use.cpu)),
        share(_("memory"), use.memory_used, use.memory),
    )
    rates = (
        (
            _("disk"),
            _("{read}/s read, {written}/s written").format(
                read=size(use.disk_read), written=size(use.disk_written)
            ),
        ),
        (
            _("network"),
            _("{received}/s in, {sent}/s out").format(
                received=size(use.received), sent=size(use.sent)
            ),
        ),
        (_("load"), "  ".join(f"{value:.2f}" for value in use.load)),
    )
    return View(_("Use now"), (Meters(meters), *_gpu_table(use.gpus), Facts(rates)))


def nodes_view(nodes: Sequence[Node]) -> View:
    """Return the nodes: what they have, and what jobs leave free."""
    columns = (
        Column(_("Node")),
        Column(_("State")),
        Column(_("Cores taken")),
        Column(_("Memory taken")),
        Column(_("GPUs taken")),
        Column(_("Jobs")),
    )
    rows = tuple(
        (
            node.name,
            node_badge(node),
            taken(node.cpus - node.cpus_free, node.cpus),
            share("", node.memory - node.memory_free, node.memory),
            taken(len(node.gpus) - node.gpus_free, len(node.gpus)) if node.gpus else NOTHING,
            ", ".join(node.jobs) or NOTHING,
        )
        for node in nodes
    )
    return View(_("Nodes"), (Table(_("Nodes"), columns, rows),))


def queues_view(queues: Sequence[Queue]) -> View:
    """Return the queues: their limits, what they use and who waits."""
    columns = (
        Column(_("Queue")),
        Column(_("Running"), right=True),
        Column(_("Waiting"), right=True),
        Column(_("Cores used")),
        Column(_("GPUs used")),
    )
    rows = tuple(
        (
            queue.name,
            str(queue.running),
            str(queue.waiting),
            _quota(queue.cpus_used, queue.cpus),
            _quota(queue.gpus_used, queue.gpus),
        )
        for queue in queues
    )
    return View(_("Queues"), (Table(_("Queues"), columns, rows),))


def usage_view(usage: Sequence[Usage]) -> View:
    """Return what was used."""
    columns = (
        Column(_("Who, what or when")),
        Column(_("Jobs"), right=True),
        Column(_("Core hours"), right=True),
        Column(_("GPU hours"), right=True),
    )
    rows = tuple(
        (each.group, str(each.jobs), f"{each.core_hours:,.2f}", f"{each.gpu_hours:,.2f}")
        for each in usage
    )
    return View(_("Usage"), (Table(_("Usage"), columns, rows),))


def checks_view(checks: Sequence[Check]) -> View:
    """Return what the health checks found."""
    columns = (Column(_("Check")), Column(_("Outcome")), Column(_("Finding")), Column(_("Remedy")))
    rows = tuple(
        (check.name, check_badge(check), said(check.finding), said(check.remedy) or NOTHING)
        for check in checks
    )
    bad = sum(check.outcome != "ok" for check in checks)
    text = _("1 of {total} needs attention") if bad == 1 else _("{bad} of {total} need attention")
    note = text.format(bad=bad, total=len(checks)) if bad else ""
    return View(_("Health checks"), (Table(_("Health checks"), columns, rows, note=note),))


def check_badge(check: Check) -> Badge:
    """Return the outcome of a check as an icon and a word."""
    return outcome_badge(check.outcome)


def outcome_badge(outcome: str) -> Badge:
    """Return an outcome as an icon and a word."""
    badges = {
        "ok": Badge("✔", _("ok"), "good"),
        "warn": Badge("▲", _("warning"), "warn"),
        "critical": Badge("✖", _("critical"), "bad"),
        "unknown": Badge("?", _("unknown"), "muted"),
    }
    return badges[outcome]


def node_badge(node: Node) -> Badge:
    """Return a node's state as an icon and a word."""
    full = node.cpus_free < 1 or bool(node.gpus and not node.gpus_free)
    badges = {
        "ready": Badge("○", _("free"), "good"),
        "busy": Badge("●", _("full"), "busy") if full else Badge("◐", _("in use"), "busy"),
        "unreachable": Badge("✖", _("unreachable"), "bad"),
        "draining": Badge("◍", _("draining"), "warn"),
    }
    return badges[node.state]


def share(label: str, used: float, total: float) -> Meter:
    """Return bytes used of bytes there are."""
    fraction = used / total if total else 0.0
    text = _("{used} of {total}").format(used=size(used), total=size(total))
    return Meter(label, fraction, text, _tone(fraction))


def taken(used: float, total: float) -> Meter:
    """Return cores or GPUs taken by jobs of those there are. Full is what they are for."""
    text = _("{used} of {total}").format(used=cores(used), total=cores(total))
    return Meter("", used / total if total else 0.0, text, "busy")


def _quota(used: float, limit: float | None) -> Cell:
    return cores(used) if limit is None else taken(used, limit)


def _machine_gpus(machine: Machine) -> list[Block]:
    if machine.gpus:
        return _gpu_table(machine.gpus)
    if machine.gpu_problem:
        return [Note(machine.gpu_problem, lead=_("GPUs"), tone="warn")]
    return [Note(_("none on this machine; training here uses the processors"), lead=_("GPUs"))]


def _gpu_table(gpus: Sequence[MachineGpu]) -> list[Block]:
    if not gpus:
        return []
    columns = (
        Column(_("GPU"), right=True),
        Column(_("Name")),
        Column(_("Memory")),
        Column(_("Busy"), right=True),
        Column(_("°C"), right=True),
        Column(_("Note")),
    )
    rows = tuple(
        (
            Code(str(gpu.index)),
            gpu.name,
            share("", gpu.memory_used or 0, gpu.memory) if gpu.memory else NOTHING,
            NOTHING if gpu.utilization is None else f"{gpu.utilization:.0%}",
            NOTHING if gpu.temperature is None else f"{gpu.temperature:.0f}",
            gpu.problem or NOTHING,
        )
        for gpu in gpus
    )
    return [Table(_("GPUs"), columns, rows)]


def _tone(fraction: float) -> Tone:
    return "bad" if fraction > _FULL else "warn" if fraction > _TIGHT else "busy"
