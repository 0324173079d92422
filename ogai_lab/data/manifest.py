"""The manifest: what a run made, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import checking
from ogai_lab.data.cache import code_version
from ogai_lab.data.types import Count, Manifest, Pipeline, Shard

if TYPE_CHECKING:
    import pyarrow as pa

    from ogai_lab.data.policy import Decisions
    from ogai_lab.data.tokenizer import Tokenizer


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a run made, before it is counted."""

    pipeline: Pipeline
    inputs: Digest
    files: int
    signals: pa.Table
    decisions: Decisions
    tokens: int
    tokenizer: Digest
    vocabulary: Tokenizer
    shards: list[Shard]
    heldout: Digest
    ledger: Digest


def manifest(made: Made) -> Manifest:
    """Return the manifest of what was made."""
    import numpy as np

    decisions = made.decisions
    sizes = np.asarray(made.signals["bytes"])
    kept = decisions.reason < 0

    def count(rows: Any) -> Count:
        return Count(documents=int(rows.sum()), bytes=int(sizes[rows].sum()))

    dropped: dict[str, Count] = {}
    for index, reason in enumerate(decisions.reasons):
        found, before = count(decisions.reason == index), dropped.get(reason, Count())
        if found.documents:
            dropped[reason] = Count(
                documents=before.documents + found.documents, bytes=before.bytes + found.bytes
            )
    packed = sum(shard.tokens for shard in made.shards)
    return Manifest(
        name=made.pipeline.name,
        policy=made.pipeline.policy.name,
        pipeline=checking.digest(made.pipeline),
        code=code_version(),
        inputs=made.inputs,
        files=made.files,
        read=Count(documents=len(sizes), bytes=int(sizes.sum())),
        kept=count(kept & ~decisions.heldout),
        heldout_kept=count(kept & decisions.heldout),
        dropped=dropped,
        tokens=packed,
        left_over=made.tokens - packed,
        tokenizer=made.tokenizer,
        vocab_size=made.vocabulary.vocab_size,
        eos_id=made.vocabulary.eos_id,
        sequence_length=made.pipeline.packing.sequence_length,
        sequences=sum(shard.sequences for shard in made.shards),
        shards=made.shards,
        heldout=made.heldout,
        ledger=made.ledger,
    )


def load(blobs: BlobStore, digest: Digest) -> Manifest:
    """Return a stored manifest.

    Raises
    ------
    InvalidInput
        When the blob is something else.
    """
    from pydantic import ValidationError

    data = blobs.get(digest) if blobs.size(digest) < 1 << 26 else b""
    try:
        found = Manifest.model_validate_json(data)
    except ValidationError as exc:
        raise InvalidInput(
            f"The blob {digest} is not a manifest.",
            action="Take the digest from a finished data run (its job's output 'manifest').",
            field="digest",
        ) from exc
    return found.model_copy(update={"digest": digest})
