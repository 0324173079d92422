"""How what is asked of a run is shown: its pace, its funnel, a preview, the fate of documents."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.commands.figures import NOTHING, duration, number, size
from ogai_lab.commands.views import (
    Badge,
    Cell,
    Code,
    Column,
    Facts,
    Meter,
    Passage,
    Table,
    Tone,
    View,
)
from ogai_lab.data.accounts import (
    Documents,
    Duplicates,
    Funnel,
    FunnelStep,
    Pace,
    PresetText,
    Preview,
    PreviewRow,
)
from ogai_lab.locale import _

_ROWS = 200
_CHARACTERS = 120
_SIGNALS = 12
_PASSAGES = 10


def pace_view(pace: Pace) -> View:
    """Return how far a run is and what its stages cost."""
    facts: list[tuple[str, Cell]] = [
        (_("documents"), f"{pace.documents:,}"),
        (_("text"), size(pace.bytes)),
        (_("MB/s per core"), number(pace.speed)),
        (_("kept"), NOTHING if pace.kept is None else f"{pace.kept:.1%}"),
        (_("time"), NOTHING if pace.seconds is None else duration(pace.seconds)),
        (_("left"), NOTHING if pace.left is None else duration(pace.left)),
    ]
    columns = (
        Column(_("Stage")),
        Column(_("Documents"), right=True),
        Column(_("Text"), right=True),
        Column(_("Seconds"), right=True),
        Column(_("MB/s per core"), right=True),
        Column(_("Share of the time")),
    )
    whole = sum(stage.seconds for stage in pace.stages) or 1.0
    rows = tuple(
        (
            stage.name,
            f"{stage.documents:,}",
            size(stage.bytes),
            number(round(stage.seconds, 2)),
            number(stage.speed),
            Meter("", stage.seconds / whole, f"{stage.seconds / whole:.0%}"),
        )
        for stage in pace.stages
    )
    empty = _("Nothing was computed: all of it was known.")
    return View(_("Data run"), (Facts(tuple(facts)), Table(_("Stages"), columns, rows, empty)))


def funnel_view(funnel: Funnel) -> View:
    """Return where every document went."""
    columns = (
        Column(_("Step")),
        Column(_("Documents"), right=True),
        Column(_("Text"), right=True),
        Column(_("Left"), right=True),
        Column(_("Share that is left")),
    )
    read = funnel.steps[0].left_documents or 1
    rows = tuple(
        (
            _step_name(step),
            f"{step.documents:,}" if step.kind != "read" else f"{step.left_documents:,}",
            size(step.bytes if step.kind != "read" else step.left_bytes),
            f"{step.left_documents:,}",
            Meter("", step.left_documents / read, f"{step.left_documents / read:.1%}"),
        )
        for step in funnel.steps
    )
    table = Table(_("Documents"), columns, rows)
    subtitle = _("policy {policy}").format(policy=funnel.policy)
    return View(funnel.name, (table,), subtitle=subtitle)


def preview_view(preview: Preview) -> View:
    """Return what a pipeline would do to a sample."""
    signals = preview.signals[:_SIGNALS]
    columns = (
        Column(_("Document")),
        Column(_("Verdict")),
        Column(_("Before")),
        Column(_("After")),
        *(Column(name, right=True) for name in signals),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row.path,
            _verdict(row),
            _line(row.before),
            _line(row.after) if row.after != row.before else _("unchanged"),
            *(_value(row.signals.get(name)) for name in signals),
        )
        for row in preview.rows[:_ROWS]
    )
    count = len(preview.rows)
    kept = sum(row.state == "kept" for row in preview.rows)
    note = _("{kept} of {count} documents would be kept").format(kept=kept, count=count)
    if len(preview.signals) > _SIGNALS:
        hidden = len(preview.signals) - _SIGNALS
        note += _("; {hidden} more signals in .rows").format(hidden=hidden)
    table = Table(_("Preview"), columns, rows, empty=_("There are no documents."), note=note)
    reasons = tuple((reason, f"{found:,}") for reason, found in preview.dropped.items())
    changed = [row for row in preview.rows if row.before != row.after and not row.error]
    return View(
        preview.name,
        (*([Facts(reasons)] if reasons else []), table),
        details=tuple(_passage(row) for row in changed[:_PASSAGES]),
    )


def duplicates_view(found: Duplicates) -> View:
    """Return documents that were dropped for another one."""
    columns = (
        Column(_("Document")),
        Column(_("Kept instead")),
        Column(_("Similarity"), right=True),
        Column(_("Reason")),
        Column(_("Begins")),
    )
    rows = tuple(
        (
            Code(drop.doc_id, drop.path),
            Code(drop.kept_id or NOTHING),
            number(drop.value),
            drop.reason,
            _line(drop.excerpt),
        )
        for drop in found.items
    )
    note = _("{shown} of {total} duplicates").format(shown=len(rows), total=found.total)
    empty = _("No document was dropped for another one.")
    return View(_("Dedup ledger"), (Table(_("Duplicates"), columns, rows, empty, note),))


def documents_view(found: Documents) -> View:
    """Return what became of documents."""
    columns = (
        Column(_("Document")),
        Column(_("Path")),
        Column(_("State")),
        Column(_("Reason")),
        Column(_("Value"), right=True),
        Column(_("Size"), right=True),
    )
    rows = tuple(
        (
            Code(each.doc_id),
            each.path,
            each.state,
            each.error or each.reason or NOTHING,
            number(each.value),
            size(each.bytes),
        )
        for each in found.items
    )
    note = _("{shown} of {total} documents").format(shown=len(rows), total=found.total)
    return View(_("Documents"), (Table(_("Documents"), columns, rows, _("None."), note),))


def presets_view(presets: Sequence[PresetText]) -> View:
    """Return the ready-made pipelines."""
    columns = (Column(_("Pipeline")), Column(_("What it is for")))
    rows = tuple((each.name, each.summary) for each in presets)
    return View(_("Ready-made pipelines"), (Table(_("Pipelines"), columns, rows),))


def _step_name(step: FunnelStep) -> str:
    names = {
        "read": _("read"),
        "quarantine": _("set aside: a stage raised"),
        "heldout": _("held out"),
        "kept": _("kept for training"),
    }
    return names.get(step.kind) or _("dropped: {reason}").format(reason=step.name)


def _passage(row: PreviewRow) -> Passage:
    from ogai_lab.commands.forms.documents import pieces
    from ogai_lab.data.assessment.marking import marked

    return Passage(f"{row.path}: {_verdict(row).word}", pieces(marked(row.before, row.after)))


def _verdict(row: PreviewRow) -> Badge:
    if row.state == "kept":
        return Badge("✓", _("kept"), "good")
    tone: Tone = "warn" if row.state == "dropped" else "bad"
    value = "" if row.value is None else f" ({number(row.value)})"
    return Badge("✗", row.error or f"{row.reason}{value}", tone)


def _line(text: str) -> str:
    return " ".join(text.split())[:_CHARACTERS]


def _value(value: bool | int | float | str | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number(value)
    return NOTHING if value is None else value[:40]
