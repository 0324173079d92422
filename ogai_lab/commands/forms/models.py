"""How models, versions, their differences and comparisons are shown."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.commands.figures import NOTHING, ago, clock, number, short, size
from ogai_lab.commands.views import (
    Block,
    Cell,
    Code,
    Column,
    Facts,
    Histogram,
    Interval,
    Note,
    Table,
    Tone,
    View,
)
from ogai_lab.locale import _
from ogai_lab.models.types import Comparison, Model, TensorDiff, Version

_BINS = 31


def models_view(models: Sequence[Model]) -> View:
    """Return the models of the registry."""
    columns = (
        Column(_("Model")),
        Column(_("Versions"), right=True),
        Column(_("Newest")),
        Column(_("Aliases")),
        Column(_("Stored"), right=True),
        Column(_("Created"), right=True),
    )
    rows = tuple(
        (
            model.name,
            str(model.versions),
            model.latest or NOTHING,
            ", ".join(f"{alias.name} → {alias.revision}" for alias in model.aliases) or NOTHING,
            size(model.size),
            ago(model.created),
        )
        for model in models
    )
    return View(_("Models"), (Table(_("Models"), columns, rows),))


def versions_view(versions: Sequence[Version]) -> View:
    """Return the versions of a model."""
    columns = (
        Column(_("Version")),
        Column(_("Aliases")),
        Column(_("Parameters"), right=True),
        Column(_("Size"), right=True),
        Column(_("New bytes"), right=True),
        Column(_("Numbers")),
        Column(_("From job")),
        Column(_("Data")),
        Column(_("Created"), right=True),
    )
    rows = tuple(
        (
            version.revision,
            ", ".join(version.aliases) or NOTHING,
            f"{version.parameters:,}",
            size(version.size),
            size(version.stored),
            ", ".join(f"{n} {number(v)}" for n, v in version.metrics.items()) or NOTHING,
            Code(version.lineage.job) if version.lineage.job else NOTHING,
            _digest(version.lineage.data),
            ago(version.created),
        )
        for version in versions
    )
    title = versions[0].model
    return View(title, (Table(_("Versions"), columns, rows),))


def version_view(version: Version) -> View:
    """Return the card of one version."""
    facts: list[tuple[str, Cell]] = [
        (_("parameters"), f"{version.parameters:,}"),
        (_("tensors"), f"{version.tensors:,}"),
        (_("size"), size(version.size)),
        (_("new in the store"), size(version.stored)),
    ]
    if version.aliases:
        facts.append((_("aliases"), ", ".join(version.aliases)))
    facts += [(name, number(value)) for name, value in version.metrics.items()]
    blocks: list[Block] = [Facts(tuple(facts)), Facts(_lineage(version))]
    if version.note:
        blocks.append(Note(version.note))
    load = f'AutoModelForCausalLM.from_pretrained("{version.model}", revision="{version.revision}")'
    details: list[tuple[str, Cell]] = [
        (_("load it"), Code(load)),
        (_("commit"), Code(version.commit)),
        (_("registered"), f"{clock(version.created)}  ·  {version.owner}"),
        *((name, value) for name, value in version.tags.items()),
    ]
    if version.path:
        details.insert(1, (_("folder"), Code(version.path)))
    return View(
        version.model, tuple(blocks), subtitle=version.revision, details=(Facts(tuple(details)),)
    )


def comparison_view(comparison: Comparison) -> View:
    """Return a comparison: the sentence, the interval, the numbers, how documents moved."""
    tone: Tone = {"better": "good", "worse": "bad"}.get(comparison.verdict, "plain")  # type: ignore[assignment]
    interval = comparison.interval
    level = f"{interval.level:.0%}"
    blocks: list[Block] = [
        Note(comparison.summary, tone=tone),
        Interval(
            _("{other} minus {base}, bits per byte").format(
                other=comparison.other, base=comparison.base
            ),
            interval.low,
            comparison.difference,
            interval.high,
            _("{middle:+.4f} bits per byte, {level} interval [{low:+.4f}, {high:+.4f}]").format(
                middle=comparison.difference, level=level, low=interval.low, high=interval.high
            ),
            tone=tone,
            left=_("{name} is better").format(name=comparison.other),
            right=_("{name} is better").format(name=comparison.base),
        ),
        _numbers(comparison),
        Facts(_tests(comparison)),
    ]
    histogram = _spread(comparison)
    title = _("{base} and {other}").format(base=comparison.base, other=comparison.other)
    return View(
        title,
        (*blocks, *([histogram] if histogram else [])),
        subtitle=_("on {count} held-out documents").format(count=f"{comparison.shared:,}"),
        details=(_extremes(comparison),) if comparison.scores else (),
    )


def diff_view(diff: TensorDiff) -> View:
    """Return how two versions differ, layer by layer."""
    heads = (
        Column(_("Layer")),
        Column(_("Tensors"), right=True),
        Column(_("Changed"), right=True),
        Column(_("Moved by"), right=True),
    )
    rows = tuple(
        (
            Code(layer.layer or NOTHING),
            str(layer.tensors),
            str(layer.changed),
            NOTHING if layer.relative is None else f"{layer.relative:.2%}",
        )
        for layer in diff.layers
    )
    facts = (
        (_("same"), str(diff.same)),
        (_("changed"), str(diff.changed)),
        (_("added"), str(diff.added)),
        (_("removed"), str(diff.removed)),
        (_("moved by"), NOTHING if diff.relative is None else f"{diff.relative:.2%}"),
    )
    table = Table(_("Layers"), heads, rows, empty=_("No layer differs."))
    title = _("{base} and {other}").format(base=diff.base, other=diff.other)
    return View(title, (Facts(facts), table), subtitle=_("tensor by tensor"))


def _numbers(comparison: Comparison) -> Table:
    columns = (
        Column(_("Version")),
        Column(_("Mean over documents"), right=True),
        Column(_("Whole text"), right=True),
    )
    rows = (
        (comparison.base, f"{comparison.mean_base:.4f}", f"{comparison.corpus_base:.4f}"),
        (comparison.other, f"{comparison.mean_other:.4f}", f"{comparison.corpus_other:.4f}"),
        (
            _("difference"),
            f"{comparison.difference:+.4f}",
            f"{comparison.corpus_other - comparison.corpus_base:+.4f}",
        ),
    )
    note = _("Bits per byte: lower is better.")
    return Table(_("Bits per byte"), columns, rows, note=note)


def _tests(comparison: Comparison) -> tuple[tuple[str, Cell], ...]:
    sign = comparison.sign
    text = _("{better} better, {worse} worse, {ties} tied; p {p}")
    p = "< 0.001" if sign.p < 0.001 else f"= {sign.p:.3g}"
    facts: list[tuple[str, Cell]] = [
        (
            _("document by document"),
            text.format(better=sign.better, worse=sign.worse, ties=sign.ties, p=p),
        ),
        (_("smallest difference these data would show"), f"{comparison.detectable:.4f}"),
        (_("bootstrap"), _("{draws} draws").format(draws=f"{comparison.draws:,}")),
    ]
    if comparison.not_shared:
        facts.append((_("measured on only one side"), str(comparison.not_shared)))
    return tuple(facts)


def _spread(comparison: Comparison) -> Histogram | None:
    moves = sorted(other - base for _id, base, other in comparison.scores)
    if len(moves) < _BINS:
        return None
    cut = len(moves) // 100  # the outer hundredths would squeeze the rest into one bin
    low, high = moves[cut], moves[-1 - cut]
    if low == high:
        return None
    width = (high - low) / _BINS
    counts = [0] * _BINS
    for move in moves:
        counts[min(_BINS - 1, max(0, int((move - low) / width)))] += 1
    edges = tuple(low + i * width for i in range(_BINS + 1))
    title = _("Documents by their difference in bits per byte (outer 1% in the end bins)")
    return Histogram(title, edges, tuple(counts), mark=0.0)


def _extremes(comparison: Comparison) -> Table:
    moved = sorted(comparison.scores, key=lambda score: score[2] - score[1])
    shown = moved if len(moved) <= 10 else [*moved[:5], *moved[-5:]]
    columns = (
        Column(_("Document")),
        Column(comparison.base, right=True),
        Column(comparison.other, right=True),
        Column(_("difference"), right=True),
    )
    rows = tuple(
        (Code(name), f"{base:.3f}", f"{other:.3f}", f"{other - base:+.3f}")
        for name, base, other in shown
    )
    return Table(_("Documents that moved most"), columns, rows, note=_("Those that moved most."))


def _lineage(version: Version) -> tuple[tuple[str, Cell], ...]:
    lineage = version.lineage
    facts: list[tuple[str, Cell]] = []
    if lineage.job:
        facts.append((_("from job"), Code(lineage.job)))
    for name, digest in (
        (_("code"), lineage.code),
        (_("recipe"), lineage.recipe),
        (_("data"), lineage.data),
    ):
        if digest:
            facts.append((name, _digest(digest)))
    if lineage.parent:
        facts.append((_("parent"), lineage.parent))
    return tuple(facts) or ((_("lineage"), _("not known")),)


def _digest(digest: str | None) -> Cell:
    return Code(short(digest), title=digest) if digest else NOTHING
