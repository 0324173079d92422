"""From kept documents to packed shards: the tokenizer, encoding, sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ogai_lab.core.blobs import Digest
from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import tables, tasks, tokenizer
from ogai_lab.data.cache import key_of
from ogai_lab.data.corpus import Table, starts
from ogai_lab.data.engine import Engine
from ogai_lab.data.packing import order, pack
from ogai_lab.data.sources.files import portion
from ogai_lab.data.tokenizer import Tokenizer
from ogai_lab.data.types import Packing, Shard, TokenizerSpec

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


class Packed(NamedTuple):
    """What the documents became."""

    digest: Digest
    tokenizer: Tokenizer
    tokens: int
    shards: list[Shard]
    sequence_length: int


class Packer:
    """Makes the shards of one run.

    Parameters
    ----------
    spec, packing
        What to do.
    engine
        Where it is done.
    """

    def __init__(self, spec: TokenizerSpec, packing: Packing, engine: Engine) -> None:
        self._spec = spec
        self._packing = packing
        self._engine = engine
        self._blobs = engine.blobs

    def __call__(
        self, corpus: list[Table], doc_ids: pa.ChunkedArray, keep: NDArray[np.bool_]
    ) -> Packed:
        """Return the shards of the documents that are kept.

        Parameters
        ----------
        corpus
            The tables.
        doc_ids, keep
            Of every document, in the corpus's order.

        Raises
        ------
        InvalidInput
            When there are fewer tokens than one sequence has.
        """
        kept = tables.store_array(self._blobs, keep)
        with self._engine.phase("tokenizer"):
            chosen = self._tokenizer(corpus, kept)
        calls = [
            (table.parts, kept, start, chosen, self._spec.eos)
            for table, start in zip(corpus, starts(corpus), strict=True)
        ]
        keyed = [(key_of("tokenize", *arguments), arguments) for arguments in calls]
        encoded = []
        with self._engine.phase("tokenize", len(calls)):
            for result in self._engine.all(tasks.tokenize, keyed):
                self._engine.advance()
                encoded.append(result)
        with self._engine.phase("pack"):
            found = order(doc_ids.filter(keep).to_pylist(), self._packing.seed)
            shards = self._pack([result["blobs"] for result in encoded], found)
        return Packed(
            chosen,
            tokenizer.load(self._blobs, chosen, self._spec.eos),
            sum(result["tokens"] for result in encoded),
            shards,
            self._packing.sequence_length,
        )

    def _tokenizer(self, corpus: list[Table], kept: Digest) -> Digest:
        spec = self._spec
        if spec.digest is not None:
            return Digest(spec.digest)
        parts = [table.parts for table in corpus]

        def trained() -> tasks.Result:
            data = tokenizer.train(self._sample(corpus, kept), spec.vocab_size, spec.eos)
            return {"blobs": {"tokenizer": self._blobs.put(data)}}

        key = key_of("tokenizer", spec.model_dump(), parts, kept)
        return Digest(self._engine.once(key, trained)["blobs"]["tokenizer"])

    def _sample(self, corpus: list[Table], kept: Digest) -> Iterator[str]:
        """Yield kept texts, about as many bytes of them as the tokenizer is to be trained on."""
        import numpy as np

        keep = tables.load_array(self._blobs, kept)
        share = self._spec.train_on / max(1, sum(table.bytes for table in corpus))
        for table, start in zip(corpus, starts(corpus), strict=True):
            read = tables.load_parts(self._blobs, table.parts, ["doc_id", "text"])
            rows = np.flatnonzero(keep[start : start + read.num_rows])
            for row in read.take(rows).to_pylist():
                if portion(row["doc_id"], "tokenizer") < share:
                    yield row["text"]

    def _pack(self, encoded: list[dict[str, str]], sequence: Sequence[int]) -> list[Shard]:
        tokens, lengths = (
            [tables.load_array(self._blobs, Digest(blobs[name])) for blobs in encoded]
            for name in ("tokens", "lengths")
        )
        shards = list(pack(self._blobs, tokens, lengths, sequence, self._packing))
        if not shards:
            total = sum(len(part) for part in tokens)
            raise InvalidInput(
                f"The corpus has {total} tokens, fewer than one sequence of "
                f"{self._packing.sequence_length}.",
                action="Add sources, or make packing.sequence_length smaller.",
                field="packing.sequence_length",
            )
        return shards
