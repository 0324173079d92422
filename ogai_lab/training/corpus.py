"""The part of a data manifest that training reads."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.core.operations import invalid


class Shard(BaseModel):
    """One blob of packed sequences: a ``.npy`` array of shape (sequences, sequence_length)."""

    digest: str
    sequences: int = Field(ge=0)
    dtype: Literal["uint16", "uint32"]


class Corpus(BaseModel):
    """What there is to train on. Other fields of the manifest are none of training's business."""

    tokenizer: str = Field(description="The digest of a tokenizer.json.")
    vocab_size: int = Field(ge=1, description="How many token numbers the tokenizer uses.")
    eos_id: int = Field(ge=0, description="The token that ends a document.")
    sequence_length: int = Field(ge=2, description="Tokens.")
    shards: list[Shard]

    @property
    def sequences(self) -> int:
        """How many sequences all shards hold."""
        return sum(shard.sequences for shard in self.shards)


def read_corpus(store: BlobStore, digest: str) -> Corpus:
    """Read the manifest that a recipe names in `data`.

    Raises
    ------
    InvalidInput
        When there is no such blob, or it is not a manifest; `field` is ``data``.
    """
    try:
        content = store.get(check_digest(digest))
        return Corpus.model_validate(json.loads(content))
    except NotFound as exc:
        raise InvalidInput(
            f"data {digest!r} is not known: the store has no such manifest.",
            action="Give the digest that a finished data run reported (its output 'manifest').",
            field="data",
        ) from exc
    except ValidationError as exc:
        raise invalid(exc, "data") from exc
    except ValueError as exc:  # neither a digest, nor UTF-8, nor JSON
        raise InvalidInput(
            f"data {digest[:80]!r} does not name a data manifest: {exc}",
            action="Give the digest that a finished data run reported (its output 'manifest').",
            field="data",
        ) from exc
