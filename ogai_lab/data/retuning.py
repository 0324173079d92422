"""A pipeline with other thresholds: only its policy differs, so only that is computed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import sources
from ogai_lab.data.checking import checked, column_makers
from ogai_lab.data.source_types import Warc
from ogai_lab.data.types import Pipeline, Policy, Rule

Setting = float | bool | None
_SIDES: dict[str, Literal["below", "above"]] = {"min_": "below", "max_": "above"}
_OVER_ALL = ("repeated", "present")


def retuned(pipeline: Pipeline, settings: Mapping[str, Setting]) -> Pipeline:
    """Return the pipeline with other thresholds.

    Parameters
    ----------
    settings
        ``{"min_quality": 0.4}`` drops what has less of the signal ``quality``, ``max_…`` what has
        more; the name of a rule (its reason) stands for that rule's value. None takes the rule
        away. Where no rule looks at a signal yet, there is one from now on.

    Raises
    ------
    InvalidInput
        When a name is neither a signal of the pipeline nor a rule of its policy.
    """
    rules = list(pipeline.policy.rules)
    for name, value in settings.items():
        rules = _set(pipeline, rules, name, value)
    told = ", ".join(f"{name}={value}" for name, value in settings.items())
    policy = Policy(name=f"{pipeline.policy.name} {told}"[:60].rstrip(), rules=rules)
    changed = pipeline.model_copy(update={"policy": policy})
    if changed.sources:
        checked(changed)
    return changed


def _set(pipeline: Pipeline, rules: list[Rule], name: str, value: Setting) -> list[Rule]:
    side = next((side for start, side in _SIDES.items() if name.startswith(start)), None)
    about = name[4:] if side else name
    places = [
        place
        for place, rule in enumerate(rules)
        if rule.reason == name or (side == rule.drop and about in (rule.column, rule.reason))
    ]
    if value is None:
        if not places:
            raise _unknown(pipeline, rules, name)
        return [rule for place, rule in enumerate(rules) if place not in places]
    if places:
        return [
            Rule.model_validate({**rule.model_dump(), "value": value}) if place in places else rule
            for place, rule in enumerate(rules)
        ]
    if side is None or about not in _signals(pipeline):
        raise _unknown(pipeline, rules, name)
    new = Rule(reason=name[:60], column=about, drop=side, value=value)
    # Before duplicates are looked at, so that the one that is kept is one that may stay.
    place = next((n for n, rule in enumerate(rules) if rule.drop in _OVER_ALL), len(rules))
    return [*rules[:place], new, *rules[place:]]


def _signals(pipeline: Pipeline) -> set[str]:
    from ogai_lab.data.steps import build

    steps = [build(spec) for spec in pipeline.stages]
    makers = column_makers(steps, _all_columns(pipeline))
    return {name for name, (type_, _) in makers.items() if type_ in ("int32", "int64", "double")}


def _all_columns(pipeline: Pipeline) -> dict[str, str]:
    # A pipeline without sources, a preset, is for pages.
    return sources.columns(pipeline.sources or [Warc(path="pages")])


def _unknown(pipeline: Pipeline, rules: list[Rule], name: str) -> InvalidInput:
    known = [rule.reason for rule in rules]
    signals = ", ".join(f"min_{signal}" for signal in sorted(_signals(pipeline))[:12])
    return InvalidInput(
        f"The policy has no threshold {name!r}.",
        action=f"Rules: {', '.join(known) or 'none'}. Signals: {signals} … (or max_).",
        field="policy",
    )
