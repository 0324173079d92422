"""The tokenizer: a byte-level BPE that is trained, or one that exists, and encoding with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Encoded:
    """The tokens of many documents, end to end; each ends with the end-of-text token."""

    ids: NDArray[np.generic]
    lengths: NDArray[np.int64]


class Tokenizer:
    """A tokenizer and its end-of-text token."""

    def __init__(self, tokenizer: Any, eos_id: int) -> None:
        self._tokenizer = tokenizer
        self.eos_id = eos_id
        self.vocab_size: int = tokenizer.get_vocab_size()

    @property
    def dtype(self) -> str:
        """The smallest type that holds every token."""
        return "uint16" if self.vocab_size <= 1 << 16 else "uint32"

    def encode(self, texts: list[str]) -> Encoded:
        """Return the tokens of each text, with the end-of-text token behind each."""
        import numpy as np

        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        parts = [[*encoding.ids, self.eos_id] for encoding in encodings]
        lengths = np.fromiter((len(part) for part in parts), np.int64, len(parts))
        ids = np.fromiter((token for part in parts for token in part), self.dtype)
        return Encoded(ids, lengths)


def train(texts: Iterable[str], vocab_size: int, eos: str) -> bytes:
    """Return the ``tokenizer.json`` of a byte-level BPE trained on `texts`.

    Parameters
    ----------
    texts
        What to train on.
    vocab_size
        Tokens, the 256 bytes and the end-of-text token among them.
    eos
        The end-of-text token; it gets the id 0.
    """
    from tokenizers import Tokenizer as Rust
    from tokenizers import decoders, models, pre_tokenizers, trainers

    tokenizer = Rust(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[eos],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return str(tokenizer.to_str()).encode()


def load(blobs: BlobStore, digest: Digest, eos: str) -> Tokenizer:
    """Return a stored tokenizer.

    Raises
    ------
    InvalidInput
        When the store does not have it, it is none, or it has no such end-of-text token.
    """
    from tokenizers import Tokenizer as Rust

    try:
        data = blobs.get(digest)
    except NotFound as exc:
        raise InvalidInput(
            f"There is no tokenizer {digest} in the store.",
            action="Give the tokenizer of a manifest in this store, or leave it out to train one.",
            field="tokenizer.digest",
        ) from exc
    try:
        tokenizer = Rust.from_str(data.decode())
    except Exception as exc:  # the library raises nothing more exact
        raise InvalidInput(
            f"The blob {digest} is not a tokenizer.json: {exc}.", field="tokenizer.digest"
        ) from exc
    eos_id = tokenizer.token_to_id(eos)
    if eos_id is None:
        raise InvalidInput(
            f"The tokenizer {digest} has no token {eos!r}.",
            action="Name its end-of-text token as tokenizer.eos.",
            field="tokenizer.eos",
        )
    # A text that spells the end-of-text token does not end there.
    tokenizer.encode_special_tokens = True
    return Tokenizer(tokenizer, eos_id)
