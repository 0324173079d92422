"""How one document is shown: its text with what was removed, each rule, every signal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ogai_lab.commands.figures import NOTHING, number
from ogai_lab.commands.views import (
    Badge,
    Block,
    Cell,
    Code,
    Column,
    Facts,
    Note,
    Passage,
    Table,
    View,
)
from ogai_lab.data.assessment.types import Inspection, Judgement, Piece
from ogai_lab.locale import _

_LONGEST = 80


def inspection_view(found: Inspection) -> View:
    """Return one document: what was removed, what each rule says, every signal."""
    facts: list[tuple[str, Cell]] = [(_("path"), found.path)]
    facts += [(_("address"), found.url)] if found.url else []
    facts += [(_("kept instead"), Code(found.kept_id))] if found.kept_id else []
    blocks: list[Block] = [Facts(tuple(facts))]
    if found.error:
        blocks.append(Note(found.error, lead=found.stage or "", tone="bad"))
    if not found.before_known and not found.error:
        blocks.append(
            Note(
                _("What was removed is not known: the pipeline does not say keep_raw."),
                tone="muted",
            )
        )
    blocks.append(Passage(_("Text"), pieces(found.pieces)))
    if found.judgements:
        blocks.append(_judgements(found.judgements))
    columns = (Column(_("Signal")), Column(_("Value"), right=True), Column(_("Stage")))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, value_words(value), found.stages.get(name, NOTHING))
        for name, value in found.signals.items()
        if value is not None
    )
    signals = Table(_("Signals"), columns, rows, empty=_("No signals."))
    badge = fate_badge(found.state, found.reason, found.value)
    return View(found.doc_id, (*blocks, signals), badge=badge)


def pieces(found: Iterable[Piece]) -> tuple[tuple[str, str], ...]:
    """Return the pieces of a text for a `Passage`."""
    return tuple((piece.kind, piece.text) for piece in found)


def fate_badge(state: str, reason: str | None = None, value: float | None = None) -> Badge:
    """Return what became of a document."""
    if state == "kept":
        return Badge("✓", _("kept"), "good")
    if state == "heldout":
        return Badge("✓", _("held out"), "busy")
    if state == "quarantine":
        return Badge("✗", _("set aside: a stage raised"), "bad")
    told = "" if value is None else f" ({number(value)})"
    return Badge("✗", f"{reason}{told}", "warn")


def value_words(value: bool | int | float | str | None) -> str:
    """Return the value of a signal."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number(value)
    return NOTHING if value is None else value[:_LONGEST]


def _judgements(found: Sequence[Judgement]) -> Table:
    columns = (
        Column(_("Rule")),
        Column(_("Verdict")),
        Column(_("Signal")),
        Column(_("Value"), right=True),
        Column(_("Threshold"), right=True),
    )
    badges = {
        True: Badge("✗", _("drops"), "warn"),
        False: Badge("✓", _("passes"), "good"),
        None: Badge("○", _("others decide"), "muted"),
    }
    sides = {"below": "<", "above": ">", "is": "="}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            each.reason,
            badges[each.fits],
            each.column,
            value_words(each.value),
            NOTHING if each.limit is None else f"{sides[each.drop]} {number(each.limit)}",
        )
        for each in found
    )
    return Table(_("Rules"), columns, rows)
