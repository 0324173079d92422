"""The stages, by name. Each adds columns of signals to the documents; none drops."""

from __future__ import annotations

from typing import Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.operations import invalid
from ogai_lab.data.stages.base import Stage, keeping_raw
from ogai_lab.data.stages.boilerplate import Boilerplate
from ogai_lab.data.stages.c4_quality import C4Quality
from ogai_lab.data.stages.characters import Characters
from ogai_lab.data.stages.chinese_quality import ChineseQuality
from ogai_lab.data.stages.classifier import Classify
from ogai_lab.data.stages.exact_duplicate import ExactDuplicate
from ogai_lab.data.stages.extract import Extract
from ogai_lab.data.stages.fineweb_quality import FineWebQuality
from ogai_lab.data.stages.gopher_quality import GopherQuality
from ogai_lab.data.stages.gopher_repetition import GopherRepetition
from ogai_lab.data.stages.language import Language
from ogai_lab.data.stages.length import Length
from ogai_lab.data.stages.normalise import Normalise
from ogai_lab.data.stages.pii import Pii
from ogai_lab.data.stages.remove_spans import RemoveSpans
from ogai_lab.data.stages.repair import Repair
from ogai_lab.data.stages.repetition import Repetition
from ogai_lab.data.stages.terms import Terms
from ogai_lab.data.stages.url_list import UrlList
from ogai_lab.data.types import StageSpec

__all__ = ["STAGES", "Stage", "build", "keeping_raw"]

STAGES: dict[str, type[Stage[Any]]] = {
    stage.name: stage
    for stage in (
        Length,
        ExactDuplicate,
        Boilerplate,
        Repetition,
        Characters,
        GopherQuality,
        GopherRepetition,
        C4Quality,
        FineWebQuality,
        ChineseQuality,
        Language,
        Extract,
        Repair,
        Normalise,
        RemoveSpans,
        Pii,
        Terms,
        UrlList,
        Classify,
    )
}


def build(spec: StageSpec, field: str = "stages") -> Stage[Any]:
    """Return the stage that `spec` asks for.

    Raises
    ------
    InvalidInput
        When no stage has this name, or it does not take these options; `field` leads to the fault.
    """
    from pydantic import ValidationError

    kind = STAGES.get(spec.stage)
    if kind is None:
        raise InvalidInput(
            f"There is no stage {spec.stage!r}.",
            action=f"Stages: {', '.join(sorted(STAGES))}.",
            field=f"{field}.stage",
        )
    try:
        return kind(kind.options_type.model_validate(spec.options))
    except ValidationError as exc:
        raise invalid(exc, f"{field}.options") from exc
