"""What a pipeline says, checked before anything runs: every rule must have its signal."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.core.blobs import Digest, digest_of
from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import sources
from ogai_lab.data.steps import Step, build, wanted
from ogai_lab.data.types import Pipeline, Policy, Rule

_NUMBERS = ("int32", "int64", "double")
SOURCE = "source"
"""Stands for the stage in the ledger, where the signal came with the document."""


def canonical(pipeline: Pipeline) -> bytes:
    """Return the bytes whose digest names the pipeline."""
    return pipeline.model_dump_json().encode()


def digest(pipeline: Pipeline) -> Digest:
    """Return the pipeline's name: equal pipelines have equal digests."""
    return digest_of(canonical(pipeline))


def checked(pipeline: Pipeline) -> list[Step]:
    """Return the stages and passes of a pipeline, after checking that all of it fits together.

    Raises
    ------
    InvalidInput
        When a stage or option is unknown, a stage reads a column that nothing before it makes,
        two stages make the same column, or a rule is over a signal that no stage makes; `field`
        leads to the fault.
    """
    if not pipeline.sources:
        raise InvalidInput(
            f"The pipeline {pipeline.name!r} has no sources.",
            action="Say what it is to read: ogai.data.run(pipeline, 'crawl/*.warc.gz').",
            field="sources",
        )
    if (pipeline.tokenizer is None) != (pipeline.packing is None):
        raise InvalidInput(
            "A pipeline has both a tokenizer and packing, or neither.",
            action="Give both to end with tokens, set both to null to end with documents.",
            field="packing" if pipeline.packing is None else "tokenizer",
        )
    stages = [build(spec, f"stages.{place}") for place, spec in enumerate(pipeline.stages)]
    makers = column_makers(stages, sources.columns(pipeline.sources))
    _check_policy(pipeline.policy, makers, "policy")
    split = pipeline.split
    if split.heldout:
        if split.policy is not None:
            _check_policy(split.policy, makers, "split.policy")
        if split.leaked is not None:
            _known(split.leaked, makers, "split.leaked")
    return stages


def column_makers(
    stages: Sequence[Step], given: dict[str, str] = sources.COLUMNS
) -> dict[str, tuple[str, str]]:
    """Return each column's Arrow type and the stage that makes it.

    Parameters
    ----------
    given
        The columns that the pipeline's sources give, with their Arrow types.
    """
    makers = {column: (type_, SOURCE) for column, type_ in given.items()}
    for place, stage in enumerate(stages):
        for column in wanted(stage):
            if column not in makers:
                raise InvalidInput(
                    f"The stage {stage.name!r} reads the column {column!r}, which nothing before "
                    "it makes.",
                    action="Put the stage that makes it before, or take a source that gives it.",
                    field=f"stages.{place}",
                )
        for column, type_ in stage.columns.items():
            if column in makers:
                raise InvalidInput(
                    f"The column {column!r} of stage {stage.name!r} is already made by "
                    f"{makers[column][1]!r}.",
                    action="Name each stage once.",
                    field=f"stages.{place}",
                )
            makers[column] = (type_, stage.name)
    return makers


def _check_policy(policy: Policy, makers: dict[str, tuple[str, str]], field: str) -> None:
    for place, rule in enumerate(policy.rules):
        here = f"{field}.rules.{place}"
        _known(rule.column, makers, f"{here}.column")
        fault = _misfit(rule, makers[rule.column][0])
        if fault:
            raise InvalidInput(f"The rule {rule.reason!r}: {fault}.", field=f"{here}.value")


def _known(column: str, makers: dict[str, tuple[str, str]], field: str) -> None:
    if column not in makers or column == "text":
        known = ", ".join(sorted(set(makers) - {"text"}))
        raise InvalidInput(
            f"No stage of this pipeline makes the signal {column!r}.",
            action=f"Add the stage that makes it, or use one of: {known}.",
            field=field,
        )


def _misfit(rule: Rule, type_: str) -> str:
    """Return why a rule cannot be applied to a column of this type, "" when it can."""
    match rule.drop:
        case "below" | "above":
            if type_ not in _NUMBERS:
                return f"{rule.column!r} is no number, so nothing is {rule.drop} it"
            if rule.value is None or isinstance(rule.value, bool):
                return f"{rule.drop!r} needs a number as its value"
        case "is":
            if type_ == "string" or rule.value is None:
                return "'is' needs a flag or a number, and a value to compare with"
            if isinstance(rule.value, bool) != (type_ == "bool"):
                return f"the value {rule.value!r} is not of the signal's type ({type_})"
        case "outside":
            if type_ not in ("string", "large_string") or not rule.among:
                return "'outside' needs a text as its signal, and texts in 'among'"
        case "repeated" | "present":
            if rule.value is not None:
                return f"{rule.drop!r} takes no value"
    return ""
