"""The result of an evaluation: one score a document, as a blob."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ogai_lab.core.errors import Corrupt
from ogai_lab.models.types import EvaluationSpec, ItemScore

_FORMAT = "ogai-evaluation/1"


@dataclass(frozen=True)
class Table:
    """Scores of documents, in the order of the held-out set.

    `lossy` counts the documents of which the tokenizer dropped something: their bits are those of
    another text, and are not to be compared across tokenizers.
    """

    spec: EvaluationSpec
    scores: list[ItemScore]
    lossy: int

    @property
    def bytes(self) -> int:
        """Bytes of all documents."""
        return sum(score.bytes for score in self.scores)

    @property
    def bits(self) -> float:
        """Bits of all documents."""
        return sum(score.bits for score in self.scores)


def encode(table: Table) -> bytes:
    """Return the table as JSON, column by column."""
    return json.dumps(
        {
            "format": _FORMAT,
            "spec": table.spec.model_dump(),
            "doc_id": [score.id for score in table.scores],
            "bytes": [score.bytes for score in table.scores],
            "bits": [score.bits for score in table.scores],
            "lossy": table.lossy,
        },
        ensure_ascii=False,
    ).encode()


def decode(data: bytes) -> Table:
    """Return the table in `data`.

    Raises
    ------
    Corrupt
        When it is none.
    """
    try:
        found = json.loads(data)
        if found["format"] != _FORMAT:
            raise ValueError(found["format"])
        columns = zip(found["doc_id"], found["bytes"], found["bits"], strict=True)
        scores = [ItemScore(id=i, bytes=size, bits=bits) for i, size, bits in columns]
        return Table(EvaluationSpec.model_validate(found["spec"]), scores, int(found["lossy"]))
    except (ValueError, KeyError, TypeError) as exc:
        raise Corrupt(
            "The result of the evaluation is not a table of scores.",
            action="Evaluate the version again.",
        ) from exc
