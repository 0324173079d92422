"""How the report of a run is shown."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.commands.figures import NOTHING, number, size
from ogai_lab.commands.forms.documents import fate_badge
from ogai_lab.commands.views import (
    Badge,
    Block,
    Cell,
    Code,
    Column,
    Facts,
    Histogram,
    Note,
    Table,
    View,
)
from ogai_lab.data.assessment.types import (
    Clusters,
    Contamination,
    Languages,
    Report,
    Sample,
    Spread,
    Threshold,
    ThresholdEdge,
)
from ogai_lab.data.types import Count
from ogai_lab.locale import _

_DOMAINS = 6
_EXCERPT = 80


def report_view(report: Report) -> View:
    """Return what a run made of its documents."""
    ruled = [spread for spread in report.signals if spread.thresholds]
    others = [spread for spread in report.signals if not spread.thresholds]
    blocks: list[Block] = [Facts(_counted(report)), _languages(report.languages)]
    blocks += [spread_block(spread) for spread in ruled]
    blocks += [_edge(edge) for edge in report.edges if edge.dropped or edge.kept]
    blocks += [_clusters(found) for found in report.clusters]
    if report.contamination:
        blocks.append(_contamination(report.contamination))
    return View(
        report.name,
        tuple(blocks),
        subtitle=_("policy {policy}").format(policy=report.policy),
        details=tuple(spread_block(spread) for spread in others if spread.documents),
    )


def spread_block(spread: Spread) -> Histogram | Note:
    """Return how a signal is spread, with the thresholds that the policy has for it."""
    told = [f"{spread.column} ({spread.stage})"]
    told += [threshold_words(mark) for mark in spread.thresholds]
    if spread.median is None:
        return Note(_("no document has it"), lead=spread.column, tone="muted")
    if spread.flag:
        told.append(_("true for {share:.1%}").format(share=spread.mean or 0.0))
    else:
        told.append(_("median {median}").format(median=number(spread.median)))
    if spread.missing:
        told.append(_("{missing} without it").format(missing=f"{spread.missing:,}"))
    return Histogram(
        " · ".join(told),
        tuple(spread.edges),
        tuple(spread.counts),
        dropped=tuple(spread.dropped),
        marks=tuple((mark.value, mark.reason) for mark in spread.thresholds),
    )


def threshold_words(mark: Threshold) -> str:
    """Return a threshold in words."""
    words = {
        "below": _("{reason}: drops below {value}"),
        "above": _("{reason}: drops above {value}"),
        "is": _("{reason}: drops where it is {value}"),
    }
    return words[mark.drop].format(reason=mark.reason, value=number(mark.value))


def _counted(report: Report) -> tuple[tuple[str, Cell], ...]:
    read = report.read.documents or 1
    gone = sum(count.documents for count in report.dropped.values())
    facts: list[tuple[str, Cell]] = [
        (_("files"), f"{report.files:,}"),
        (_("read"), _documents(report.read)),
        (_("kept"), f"{_documents(report.kept)} ({report.kept.documents / read:.1%})"),
        (_("held out"), _documents(report.heldout)),
        (_("dropped"), f"{gone:,}"),
        (_("set aside"), f"{report.quarantined.documents:,}"),
    ]
    tokens = report.tokens
    if tokens is None:
        facts.append((_("tokens"), _("not packed: run.pack(tokenizer, length=4096)")))
    else:
        facts += [
            (_("tokens"), f"{tokens.tokens:,}"),
            (_("sequences"), f"{tokens.sequences:,} \u00d7 {tokens.sequence_length:,}"),
            (_("bytes per token"), number(tokens.bytes_per_token)),
        ]
    return tuple(facts)


def _documents(count: Count) -> str:
    return f"{count.documents:,} · {size(count.bytes)}"


def _languages(found: Languages) -> Table:
    tongues = list(dict.fromkeys(cell.language for cell in found.cells))
    domains = list(dict.fromkeys(cell.domain for cell in found.cells))
    shown = domains[:_DOMAINS]
    columns = (
        Column(_("Language")),
        Column(_("All"), right=True),
        *(Column(domain or _("no address"), right=True) for domain in shown),
    )

    def cell(language: str | None, domain: str | None) -> str:
        here = [c for c in found.cells if (c.language, c.domain) == (language, domain)]
        return f"{here[0].kept.documents:,} / {here[0].read.documents:,}" if here else NOTHING

    def whole(language: str | None) -> str:
        mine = [each for each in found.cells if each.language == language]
        kept, read = (
            sum(getattr(each, which).documents for each in mine) for which in ("kept", "read")
        )
        return f"{kept:,} / {read:,}"

    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (tongue or _("not told"), whole(tongue), *(cell(tongue, domain) for domain in shown))
        for tongue in tongues
    )
    note = _("kept / read; {shown} of {count} domains").format(
        shown=min(len(shown), found.domains), count=found.domains
    )
    return Table(_("Languages and domains"), columns, rows, _("There are no documents."), note)


def _edge(edge: ThresholdEdge) -> Table:
    columns = (
        Column(_("Verdict")),
        Column(edge.column, right=True),
        Column(_("Document")),
        Column(_("Begins")),
    )
    samples = [*reversed(edge.dropped), *edge.kept]
    note = _("Nearest to the threshold: {threshold}").format(
        threshold=threshold_words(edge.threshold)
    )
    return Table(note, columns, tuple(_sample(sample) for sample in samples), note=note)


def _sample(sample: Sample) -> tuple[Cell, ...]:
    badge = fate_badge(sample.state, sample.reason)
    return (badge, number(sample.value), Code(sample.doc_id, sample.path), _line(sample.excerpt))


def _clusters(found: Clusters) -> Table:
    columns = (
        Column(_("Cluster"), right=True),
        Column(_("Documents"), right=True),
        Column(_("Least alike"), right=True),
        Column(_("Survivor")),
        Column(_("Begins")),
        Column(_("The other begins")),
    )
    rows: list[tuple[Cell, ...]] = []
    for cluster in found.largest:
        survivor, *others = cluster.members
        likeness = [each.similarity for each in others if each.similarity is not None]
        rows.append(
            (
                str(cluster.group),
                f"{cluster.size:,}",
                number(min(likeness, default=None)),
                Code(survivor.doc_id, survivor.path),
                _line(survivor.excerpt),
                _line(others[0].excerpt) if others else NOTHING,
            )
        )
    note = _("{name}: {clusters} clusters hold {documents} documents").format(
        name=found.name, clusters=f"{found.clusters:,}", documents=f"{found.documents:,}"
    )
    empty = _("{name}: no duplicates").format(name=found.name)
    return Table(note, columns, tuple(rows), empty, note)


def _contamination(found: Sequence[Contamination]) -> Table:
    columns = (
        Column(_("Benchmark")),
        Column(_("Documents"), right=True),
        Column(_("To train on"), right=True),
        Column(_("Items"), right=True),
        Column(_("Largest part of an item"), right=True),
        Column(_("In document")),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            each.benchmark,
            f"{each.documents:,}",
            Badge("✗", f"{each.kept:,}", "bad") if each.kept else Badge("✓", "0", "good"),
            f"{each.items:,}",
            f"{each.share:.0%}",
            each.samples[0].path if each.samples else NOTHING,
        )
        for each in found
    )
    return Table(_("Benchmarks in the documents"), columns, rows)


def _line(text: str) -> str:
    return " ".join(text.split())[:_EXCERPT]
