from collections.abc import Callable
from typing import Any

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.checking import checked, digest
from ogai_lab.data.presets import stdlib_pipeline
from ogai_lab.data.stages import STAGES, Stage
from ogai_lab.data.stages.base import NoOptions
from ogai_lab.data.types import Pipeline, Policy, Rule, Split, StageSpec


def rule(**fields: Any) -> Policy:
    return Policy(name="p", rules=[Rule.model_validate({"reason": "r", **fields})])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stages": [StageSpec(stage="no")], "policy": Policy(name="raw")}, "stages.0.stage"),
        ({"stages": [StageSpec(stage="length")] * 2}, "stages.1"),
        ({"policy": rule(column="beauty", drop="below", value=1)}, "policy.rules.0.column"),
        ({"policy": rule(column="text", drop="repeated")}, "policy.rules.0.column"),
        ({"policy": rule(column="licence", drop="above", value=1)}, "policy.rules.0.value"),
        ({"policy": rule(column="characters", drop="below")}, "policy.rules.0.value"),
        ({"policy": rule(column="characters", drop="is", value=True)}, "policy.rules.0.value"),
        ({"policy": rule(column="exact_key", drop="repeated", value=1)}, "policy.rules.0.value"),
        (
            {"split": Split(policy=rule(column="x", drop="repeated"))},
            "split.policy.rules.0.column",
        ),
        ({"split": Split(leaked="nothing")}, "split.leaked"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(
    make: Callable[..., Pipeline], change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked(make(**change))
    assert caught.value.field == field


def test_a_policy_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="'dirty'"):
        stdlib_pipeline("dirty")  # type: ignore[arg-type]


class Ruler(Stage[NoOptions]):
    name = "ruler"
    wants = ("text", "characters")
    columns = {"ruled": "bool"}


def test_a_stage_is_refused_what_nothing_before_it_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STAGES, "ruler", Ruler)
    length, ruler = StageSpec(stage="length"), StageSpec(stage="ruler")
    pipeline = stdlib_pipeline("raw").model_copy(update={"split": Split(heldout=0)})
    assert checked(pipeline.model_copy(update={"stages": [length, ruler]}))
    with pytest.raises(InvalidInput, match="'characters', which nothing before") as caught:
        checked(pipeline.model_copy(update={"stages": [ruler, length]}))
    assert caught.value.field == "stages.0"


def test_equal_pipelines_have_equal_names() -> None:
    assert digest(stdlib_pipeline("clean")) == digest(stdlib_pipeline("clean"))
    assert digest(stdlib_pipeline("clean")) != digest(stdlib_pipeline("raw"))


@pytest.mark.parametrize("policy", ["clean", "raw"])
def test_the_ready_made_pipelines_fit_together(policy: Any) -> None:
    assert len(checked(stdlib_pipeline(policy))) == 5
