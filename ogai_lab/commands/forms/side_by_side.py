"""How two runs are shown side by side, with what moved from the one to the other."""

from __future__ import annotations

from ogai_lab.commands.figures import NOTHING, number, size
from ogai_lab.commands.views import Cell, Code, Column, Meter, Note, Table, View
from ogai_lab.data.assessment.types import RunComparison, Side
from ogai_lab.data.types import Count
from ogai_lab.locale import _

_SHIFTS = 12


def comparison_view(found: RunComparison) -> View:
    """Return two runs side by side, and what moved."""
    first, second = found.first, found.second
    names = _names(first, second)
    title = _("{first} and {second}").format(first=names[0], second=names[1])
    same = _("{same} documents are kept by both with texts of equal length").format(
        same=f"{found.same_text:,}"
    )
    if found.other_text:
        same += _("; {other} with texts of another length").format(other=f"{found.other_text:,}")
    return View(
        title,
        (_sides(first, second, names), _moves(found, names), Note(same), _shifts(found)),
        subtitle=f"{first.policy} → {second.policy}",
    )


def _names(first: Side, second: Side) -> tuple[str, str]:
    """Return what tells the two: their names, else their policies, else their order."""
    if first.name != second.name:
        return first.name, second.name
    if first.policy != second.policy:
        return first.policy, second.policy
    return _("first"), _("second")


def _sides(first: Side, second: Side, names: tuple[str, str]) -> Table:
    columns = (
        Column(_("What became of them")),
        *(Column(name, right=True) for name in names),
        Column(_("Difference"), right=True),
        Column(_("Share of the first")),
        Column(_("Share of the second")),
    )
    none = Count()
    reasons = list(dict.fromkeys([*first.dropped, *second.dropped]))
    lines = [(_("read"), first.read, second.read)]
    lines += [(_("set aside: a stage raised"), first.quarantined, second.quarantined)]
    lines += [
        (
            _("dropped: {reason}").format(reason=reason),
            first.dropped.get(reason, none),
            second.dropped.get(reason, none),
        )
        for reason in reasons
    ]
    lines += [(_("held out"), first.heldout, second.heldout)]
    lines += [(_("kept for training"), first.kept, second.kept)]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            name,
            f"{one.documents:,}",
            f"{two.documents:,}",
            f"{two.documents - one.documents:+,}",
            _share(one, first.read),
            _share(two, second.read),
        )
        for name, one, two in lines
    )
    return Table(_("Documents"), columns, rows)


def _share(part: Count, whole: Count) -> Meter:
    share = part.documents / (whole.documents or 1)
    return Meter("", share, f"{share:.1%}")


def _moves(found: RunComparison, names: tuple[str, str]) -> Table:
    columns = (
        *(Column(name) for name in names),
        Column(_("Documents"), right=True),
        Column(_("Text"), right=True),
        Column(_("For example")),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _fate(move.before),
            _fate(move.after),
            f"{move.documents:,}",
            size(move.bytes),
            Code(move.samples[0]) if move.samples else NOTHING,
        )
        for move in found.moves
    )
    return Table(_("What moved"), columns, rows, empty=_("No document moved."))


def _shifts(found: RunComparison) -> Table:
    columns = (
        Column(_("Signal")),
        Column(_("Median before"), right=True),
        Column(_("Median after"), right=True),
        Column(_("Distance of the distributions")),
    )
    moved = [shift for shift in found.shifts if shift.distance > 0][:_SHIFTS]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            shift.column,
            number(shift.before),
            number(shift.after),
            Meter("", shift.distance, f"{shift.distance:.3f}"),
        )
        for shift in moved
    )
    return Table(_("Signals of what was kept"), columns, rows, empty=_("No signal moved."))


def _fate(name: str) -> str:
    words = {"kept": _("kept"), "heldout": _("held out"), "absent": _("not there")}
    return words.get(name) or _("dropped: {reason}").format(reason=name)
