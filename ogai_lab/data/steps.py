"""The steps of a pipeline: stages, which see one batch, and passes, which need the whole corpus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.operations import invalid
from ogai_lab.data.passes import PASSES
from ogai_lab.data.passes.base import Pass
from ogai_lab.data.stages import STAGES
from ogai_lab.data.stages import build as _built
from ogai_lab.data.stages.base import Stage
from ogai_lab.data.stages.custom import Custom, CustomOptions, custom
from ogai_lab.data.types import StageSpec

Step = Stage[Any] | Pass[Any]


class Segment(NamedTuple):
    """Stages that follow each other, and the pass behind them; the last has none."""

    stages: list[StageSpec]
    pass_: StageSpec | None


def build(spec: StageSpec, field: str = "stages") -> Step:
    """Return the stage or the pass that `spec` asks for.

    Raises
    ------
    InvalidInput
        When none has this name, or it does not take these options; `field` leads to the fault.
    """
    if spec.stage not in {*STAGES, *PASSES, Custom.name}:
        raise InvalidInput(
            f"There is no stage {spec.stage!r}.",
            action=f"Stages: {', '.join(sorted({*STAGES, *PASSES, Custom.name}))}.",
            field=f"{field}.stage",
        )
    return build_pass(spec, field) if spec.stage in PASSES else build_stage(spec, field)


def build_stage(spec: StageSpec, field: str = "stages") -> Stage[Any]:
    """Return the stage that `spec` asks for, the user's own ones among them."""
    from pydantic import ValidationError

    if spec.stage != Custom.name:
        return _built(spec, field)
    try:
        return custom(CustomOptions.model_validate(spec.options))
    except ValidationError as exc:
        raise invalid(exc, f"{field}.options") from exc


def build_pass(spec: StageSpec, field: str = "stages") -> Pass[Any]:
    """Return the pass that `spec` asks for, which is known to be one."""
    from pydantic import ValidationError

    kind = PASSES[spec.stage]
    try:
        return kind(kind.options_type.model_validate(spec.options))
    except ValidationError as exc:
        raise invalid(exc, f"{field}.options") from exc


def wanted(step: Step) -> tuple[str, ...]:
    """Return the columns that a step reads."""
    return step.needed() if isinstance(step, Pass) else step.wants


def segments(specs: Sequence[StageSpec]) -> list[Segment]:
    """Return the stages of a pipeline, cut behind every pass."""
    found = [Segment([], None)]
    for spec in specs:
        if spec.stage in PASSES:
            found[-1] = found[-1]._replace(pass_=spec)
            found.append(Segment([], None))
        else:
            found[-1].stages.append(spec)
    return found
