"""The manifest: what a run made, counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import checking
from ogai_lab.data.cache import code_version
from ogai_lab.data.types import Count, DocumentShard, Manifest, Pipeline

if TYPE_CHECKING:
    import pyarrow as pa

    from ogai_lab.data.corpus import Table
    from ogai_lab.data.policy import Decisions
    from ogai_lab.data.reading import Inputs
    from ogai_lab.data.tokens import Packed


@dataclass(kw_only=True)
class Made:
    """What a run made, before it is counted."""

    pipeline: Pipeline
    inputs: Inputs
    signals: pa.Table
    decisions: Decisions
    corpus: list[Table]
    heldout: Digest
    ledger: Digest
    tables: Digest
    decided: Digest
    own_stages: dict[str, str]
    inputs_digest: Digest
    documents: list[DocumentShard] = field(default_factory=list)
    packed: Packed | None = None


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
    aside = Count(
        documents=sum(table.quarantined for table in made.corpus),
        bytes=sum(table.quarantined_bytes for table in made.corpus),
    )
    read = Count(documents=len(sizes) + aside.documents, bytes=int(sizes.sum()) + aside.bytes)
    return Manifest(
        name=made.pipeline.name,
        policy=made.pipeline.policy.name,
        pipeline=checking.digest(made.pipeline),
        code=code_version(),
        inputs=made.inputs_digest,
        files=made.inputs.files,
        read=read,
        kept=count(kept & ~decisions.heldout),
        heldout_kept=count(kept & decisions.heldout),
        dropped=dropped,
        quarantined=aside,
        documents=made.documents,
        heldout=made.heldout,
        ledger=made.ledger,
        tables=made.tables,
        decisions=made.decided,
        own_stages=made.own_stages,
        **_packed(made.packed),
    )


def _packed(packed: Packed | None) -> dict[str, Any]:
    if packed is None:
        return {}
    tokens = sum(shard.tokens for shard in packed.shards)
    return {
        "tokens": tokens,
        "left_over": packed.tokens - tokens,
        "tokenizer": packed.digest,
        "vocab_size": packed.tokenizer.vocab_size,
        "eos_id": packed.tokenizer.eos_id,
        "sequence_length": packed.sequence_length,
        "sequences": sum(shard.sequences for shard in packed.shards),
        "shards": packed.shards,
    }


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
