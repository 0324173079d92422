"""Bits that a causal language model needs for documents."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.models.evaluation.windows import Window, batches, windows

_LOGITS = 1 << 24
"""Numbers that the logits of one batch may have (64 MiB); bounds memory for any vocabulary."""
_LONGEST = 4096


@dataclass
class Scorer:
    """A model with its tokenizer, ready to score.

    `first` is the token that stands before a document, as in training: the tokenizer's
    beginning-of-sequence token, else its end-of-sequence token (our corpora end every document
    with it). Without either, the first token has no context and costs log2(vocabulary) bits.
    """

    model: Any
    tokenizer: Any
    context: int
    stride: int
    first: int | None

    @classmethod
    def load(cls, folder: Path, context: int | None, stride: int | None) -> Scorer:
        """Load a model folder.

        Raises
        ------
        MissingExtra, InvalidInput
            When transformers is not installed, or the folder is no causal language model with a
            tokenizer, or the context is longer than the model's.
        """
        torch = require("torch", "models")
        transformers = require("transformers", "models")
        if threads := os.environ.get("OMP_NUM_THREADS"):
            torch.set_num_threads(max(1, int(threads)))
        transformers.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
            model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
        except (OSError, ValueError, KeyError) as exc:
            raise InvalidInput(
                "This version cannot be evaluated as a causal language model: "
                f"{str(exc).strip().splitlines()[0]:.300}",
                action="Register the model together with its tokenizer (tokenizer.json).",
            ) from exc
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = (model if device == "cuda" else model.float()).eval().to(device)
        limit = getattr(model.config, "max_position_embeddings", None) or _LONGEST
        if context is not None and context > limit:
            raise InvalidInput(
                f"The context of {context} tokens is longer than the model's ({limit}).",
                action=f"Ask for {limit} or less.",
                field="context",
            )
        context = context or min(limit, _LONGEST)
        first = tokenizer.bos_token_id
        first = tokenizer.eos_token_id if first is None else first
        return cls(model, tokenizer, context, min(stride or context // 2, context - 1), first)

    def encode(self, text: str) -> tuple[list[int], bool]:
        """Return a text's tokens, the one before it included, and whether something was lost."""
        ids = self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        unknown = self.tokenizer.unk_token_id
        lossy = unknown is not None and unknown in ids
        return ([self.first, *ids] if self.first is not None else ids), lossy

    def bits(
        self, documents: Sequence[list[int]], report: Callable[[int, int], None]
    ) -> list[float]:
        """Return the bits that each document needs.

        Parameters
        ----------
        documents
            Token ids from `encode`.
        report
            Told how many windows are done, of how many.
        """
        import torch

        width = int(self.model.config.get_text_config().vocab_size)
        found = [
            window
            for number, ids in enumerate(documents)
            for window in windows(number, len(ids), self.context, self.stride)
        ]
        totals = [0.0] * len(documents)
        if self.first is None:
            totals = [math.log2(width) if ids else 0.0 for ids in documents]
        done = 0
        with torch.inference_mode():
            for batch in batches(found, max(1, _LOGITS // width)):
                for window, nats in zip(batch, self._nats(documents, batch), strict=True):
                    totals[window.document] += nats / math.log(2)
                done += len(batch)
                report(done, len(found))
        return totals

    def _nats(self, documents: Sequence[list[int]], batch: list[Window]) -> list[float]:
        import torch

        longest = batch[0].end - batch[0].start
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        scored = torch.zeros(len(batch), longest, dtype=torch.bool)
        for row, window in enumerate(batch):
            length = window.end - window.start
            ids[row, :length] = torch.tensor(documents[window.document][window.start : window.end])
            scored[row, length - window.scored : length] = True
        ids, scored = ids.to(self.model.device), scored.to(self.model.device)
        # Padding stands at the end, where a causal model cannot see it: no mask is needed.
        logits = self.model(input_ids=ids, use_cache=False).logits[:, :-1].float()
        losses = torch.nn.functional.cross_entropy(
            logits.transpose(1, 2), ids[:, 1:], reduction="none"
        )
        kept = losses.double() * scored[:, 1:]
        sums: list[float] = kept.sum(dim=1).tolist()
        return sums
