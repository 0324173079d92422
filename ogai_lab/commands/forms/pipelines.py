"""How a pipeline is shown: what each step reads and adds, and what the policy drops."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ogai_lab.commands.figures import NOTHING, number
from ogai_lab.commands.views import Badge, Block, Cell, Code, Column, Facts, Note, Table, View
from ogai_lab.core.errors import MissingExtra, OgaiError
from ogai_lab.locale import _

if TYPE_CHECKING:
    from ogai_lab.data.types import Pipeline, Rule, StageSpec

_LONGEST = 60


def pipeline_view(pipeline: Pipeline) -> View:
    """Return what a pipeline does, step by step."""
    blocks: list[Block] = [
        Facts(((_("sources"), _sources(pipeline)), (_("ends with"), _end(pipeline)))),
        _steps(pipeline),
        _rules(pipeline),
    ]
    if not pipeline.sources:
        told = _("It has no sources yet: ogai.data.run(pipeline, 'crawl/*.warc.gz').")
        blocks.append(Note(told, lead=_("next")))
    subtitle = _("policy {policy}").format(policy=pipeline.policy.name)
    return View(pipeline.name, tuple(blocks), subtitle=subtitle)


def _steps(pipeline: Pipeline) -> Table:
    columns = (
        Column("", right=True),
        Column(_("Step")),
        Column(_("Sees")),
        Column(_("Reads")),
        Column(_("Adds")),
        Column(_("Options")),
    )
    rows = tuple((str(place), *_step(spec)) for place, spec in enumerate(pipeline.stages, 1))
    return Table(_("Steps"), columns, rows, empty=_("No steps: the text stays as it is."))


def _step(spec: StageSpec) -> tuple[Cell, ...]:
    name = spec.options.get("name", spec.stage) if spec.stage == "custom" else spec.stage
    shown = {key: value for key, value in spec.options.items() if key not in ("source", "name")}
    options = json.dumps(shown, ensure_ascii=False) if shown else NOTHING
    cell = Code(options[:_LONGEST], options if len(options) > _LONGEST else "")
    try:
        from ogai_lab.data.passes import PASSES
        from ogai_lab.data.steps import build, wanted

        step: Any = build(spec)
    except MissingExtra:
        return (name, NOTHING, NOTHING, NOTHING, cell)
    except OgaiError as exc:
        return (name, Badge("✗", exc.message, "bad"), NOTHING, NOTHING, cell)
    sees = _("the whole corpus") if spec.stage in PASSES else _("one document")
    added = [*(f"{each}*" for each in getattr(step, "replaces", ())), *step.columns]
    return (name, sees, ", ".join(wanted(step)), ", ".join(added) or NOTHING, cell)


def _rules(pipeline: Pipeline) -> Table:
    columns = (Column(_("Drops")), Column(_("Where")))
    rows = tuple((rule.reason, rule_words(rule)) for rule in pipeline.policy.rules)
    return Table(_("Policy"), columns, rows, empty=_("Nothing is dropped."))


def rule_words(rule: Rule) -> str:
    """Return in words which documents a rule drops."""
    value = rule.value
    words = {
        "below": "{column} < {value}",
        "above": "{column} > {value}",
        "is": "{column} = {value}",
        "repeated": _("another document before it has the same {column}"),
        "present": _("{column} is there"),
        "outside": _("{column} is none of {among}"),
    }
    if rule.drop == "present" and rule.column.endswith("_kept"):
        return _("a duplicate: {column} is the document kept instead").format(column=rule.column)
    told = number(value) if isinstance(value, float) and not isinstance(value, bool) else str(value)
    said = words[rule.drop].format(column=rule.column, value=told, among=", ".join(rule.among))
    if rule.kinds:
        said += _(" (only {kinds})").format(kinds=", ".join(rule.kinds))
    return said


def _sources(pipeline: Pipeline) -> str:
    told = [f"{source.kind} {getattr(source, 'path', '')}".strip() for source in pipeline.sources]
    return "; ".join(told) or NOTHING


def _end(pipeline: Pipeline) -> str:
    if pipeline.packing is None:
        return _("documents")
    return _("sequences of {length} tokens").format(length=pipeline.packing.sequence_length)
