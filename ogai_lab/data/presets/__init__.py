"""Ready-made policies and pipelines: the YAML files beside, and one for the tutorials."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.accounts import PresetText
from ogai_lab.data.types import (
    Packing,
    Pipeline,
    Policy,
    PythonStdlib,
    Rule,
    Split,
    StageSpec,
    TokenizerSpec,
)

RAW = Policy(name="raw")
"""Everything is kept."""

CLEAN = Policy(
    name="clean",
    rules=[
        Rule(reason="damaged", column="damage", drop="above", value=0),
        Rule(reason="too_short", column="characters", drop="below", value=64),
        Rule(reason="licence", column="licence", drop="is", value=True),
        Rule(reason="generated", column="generated", drop="is", value=True),
        Rule(reason="table", column="digit_ratio", drop="above", value=0.25),
        Rule(reason="few_letters", column="letter_ratio", drop="below", value=0.45),
        Rule(reason="repetition", column="repeated_line_ratio", drop="above", value=0.4),
        Rule(reason="same_form", column="same_form_ratio", drop="above", value=0.8),
        Rule(reason="exact_duplicate", column="exact_key", drop="repeated"),
    ],
)
"""What is neither damaged, tiny, boilerplate, a table, a list nor a repetition."""

_STAGES = ["length", "exact_duplicate", "boilerplate", "repetition", "characters"]


def stdlib_pipeline(
    policy: Literal["clean", "raw"] = "clean",
    vocab_size: int = 4096,
    sequence_length: int = 256,
    tokenizer: str | None = None,
    fraction: float = 1.0,
    heldout_documents: int | None = 500,
) -> Pipeline:
    """Return the pipeline over the Python standard library that the tutorials use.

    The raw and the clean one hold out the very same documents: whole files, cleaned by the clean
    policy, without those that also stand in a training file.

    Parameters
    ----------
    policy
        ``raw`` keeps everything; ``clean`` drops by `CLEAN`.
    vocab_size
        Tokens of the BPE to train; of no account when `tokenizer` is given.
    sequence_length
        Tokens of a sequence.
    tokenizer
        Digest of a tokenizer to use instead of training one (`Manifest.tokenizer`).
    fraction
        The share of the library's files, 0 to 1.
    heldout_documents
        At most so many documents are held out.

    Raises
    ------
    InvalidInput
        When there is no such policy.
    """
    policies = {"clean": CLEAN, "raw": RAW}
    if policy not in policies:
        raise InvalidInput(
            f"{policy!r} is not a policy of this pipeline.",
            action="Use 'clean' or 'raw'; a Pipeline of your own takes any Policy.",
            field="policy",
        )
    return Pipeline(
        name=f"stdlib-{policy}",
        sources=[PythonStdlib(fraction=fraction)],
        stages=[StageSpec(stage=name) for name in _STAGES],
        policy=policies[policy],
        split=Split(policy=CLEAN, limit=heldout_documents),
        tokenizer=TokenizerSpec(vocab_size=vocab_size, digest=tokenizer, train_on=8 << 20),
        packing=Packing(sequence_length=sequence_length),
    )


def preset(name: str) -> Pipeline:
    """Return the ready-made pipeline of this name; it has no sources yet.

    Raises
    ------
    InvalidInput
        When there is none.
    """
    known = {each.name: each.text for each in texts()}
    if name not in known:
        raise InvalidInput(
            f"There is no ready-made pipeline {name!r}.",
            action=f"There are: {', '.join(known)}. Your own: Pipeline.from_yaml('my.yaml').",
            field="pipeline",
        )
    return Pipeline.from_yaml(known[name])


def texts() -> list[PresetText]:
    """Return the ready-made pipelines as they are written, comments and all."""
    files = sorted(Path(__file__).parent.glob("*.yaml"))
    found = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        summary = text.partition("\n")[0].lstrip("# ")
        found.append(PresetText(name=file.stem, summary=summary, text=text))
    return found
