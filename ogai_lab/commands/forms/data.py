"""How corpora and what was dropped from them are shown."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.commands.figures import NOTHING, ago, duration, number, short, size
from ogai_lab.commands.forms.jobs import state_badge
from ogai_lab.commands.views import Cell, Code, Column, Facts, Meter, Table, View
from ogai_lab.data.types import DataRun, LedgerPage, Manifest
from ogai_lab.locale import _


def manifest_view(manifest: Manifest) -> View:
    """Return what a pipeline made: what was read, kept and dropped, and what it became."""
    facts: tuple[tuple[str, Cell], ...] = (
        (_("files"), f"{manifest.files:,}"),
        (_("sequences"), f"{manifest.sequences:,} \u00d7 {manifest.sequence_length:,}"),
        (_("tokens"), f"{manifest.tokens:,}"),
        (_("vocabulary"), f"{manifest.vocab_size:,}"),
        (_("shards"), str(len(manifest.shards))),
    )
    digests: tuple[tuple[str, Cell], ...] = (
        (_("pipeline"), Code(short(manifest.pipeline), manifest.pipeline)),
        (_("code"), Code(short(manifest.code), manifest.code)),
        (_("inputs"), Code(short(manifest.inputs), manifest.inputs)),
        (_("tokenizer"), Code(short(manifest.tokenizer), manifest.tokenizer)),
        (_("held out"), Code(short(manifest.heldout), manifest.heldout)),
        (_("ledger"), Code(short(manifest.ledger), manifest.ledger)),
    )
    return View(
        manifest.name,
        (Facts(facts), _flow(manifest)),
        subtitle=_("policy {policy}").format(policy=manifest.policy),
        details=(Facts(digests),),
    )


def runs_view(runs: Sequence[DataRun]) -> View:
    """Return the runs of pipelines."""
    columns = (
        Column(_("Corpus")),
        Column(_("Policy")),
        Column(_("State")),
        Column(_("Job")),
        Column(_("Manifest")),
        Column(_("Time"), right=True),
        Column(_("Created"), right=True),
    )
    rows = tuple(
        (
            run.name,
            run.policy or NOTHING,
            state_badge(run.state),
            Code(run.job),
            Code(short(run.manifest), run.manifest) if run.manifest else NOTHING,
            duration(run.ended - run.created) if run.ended else NOTHING,
            ago(run.created),
        )
        for run in runs
    )
    return View(_("Data"), (Table(_("Data runs"), columns, rows),))


def ledger_view(page: LedgerPage) -> View:
    """Return dropped documents, with the signal that each was dropped for."""
    columns = (
        Column(_("Document")),
        Column(_("Reason")),
        Column(_("Stage")),
        Column(_("Value"), right=True),
        Column(_("Size"), right=True),
        Column(_("Begins")),
    )
    rows = tuple(
        (
            drop.path,
            drop.reason,
            drop.stage,
            number(drop.value),
            size(drop.bytes),
            " ".join(drop.excerpt.split())[:80],
        )
        for drop in page.items
    )
    note = _("{shown} of {total} dropped documents").format(shown=len(rows), total=page.total)
    table = Table(_("Dropped"), columns, rows, empty=_("Nothing was dropped."), note=note)
    return View(_("Ledger of what was dropped"), (table,))


def _flow(manifest: Manifest) -> Table:
    """Return where every document that was read went to."""
    columns = (
        Column(_("What became of them")),
        Column(_("Documents"), right=True),
        Column(_("Text"), right=True),
        Column(_("Share of the text")),
    )
    read = manifest.read.bytes or 1
    steps = [
        (_("read"), manifest.read),
        *(
            (_("dropped: {reason}").format(reason=reason), count)
            for reason, count in manifest.dropped.items()
        ),
        (_("held out"), manifest.heldout_kept),
        (_("kept for training"), manifest.kept),
    ]
    rows = tuple(
        (
            name,
            f"{count.documents:,}",
            size(count.bytes),
            Meter("", count.bytes / read, f"{count.bytes / read:.1%}"),
        )
        for name, count in steps
    )
    return Table(_("Documents"), columns, rows)
