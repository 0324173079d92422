"""One evaluation, from the digest of its spec to the digest of its table."""

from __future__ import annotations

import json
import math
import tempfile
import time
from pathlib import Path

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Corrupt, InvalidInput
from ogai_lab.core.records import log
from ogai_lab.models import tensors
from ogai_lab.models.evaluation.likelihood import Scorer
from ogai_lab.models.evaluation.table import Table, encode
from ogai_lab.models.projection import lay_out
from ogai_lab.models.stores import model_store
from ogai_lab.models.types import EvaluationSpec, ItemScore
from ogai_lab.models.verifying import verify

_REPORT_SECONDS = 0.5


def run(spec_digest: Digest, blobs: BlobStore) -> Digest:
    """Measure a version on held-out documents and store the table of scores.

    Parameters
    ----------
    spec_digest
        The blob of an `EvaluationSpec`.
    blobs
        The store that holds it, the data manifest and, below ``models/``, the version.

    Returns
    -------
    Digest
        The table's.

    Raises
    ------
    OgaiError
        When the version is damaged, is no language model, or there is nothing to measure it on.
    """
    spec = EvaluationSpec.model_validate_json(blobs.get(spec_digest))
    documents = held_out(blobs, Digest(spec.data), spec.documents)
    store = model_store(blobs)
    manifest = tensors.load(store, spec.manifest)
    _, damages = verify(manifest, store)
    if damages:
        raise Corrupt(
            f"{spec.model} {spec.revision} is damaged: {damages[0].problem}",
            action="Register the same folder or job again: that writes damaged bytes anew.",
        )
    with tempfile.TemporaryDirectory(prefix="ogai-evaluation-") as temporary:
        folder = lay_out(manifest, "version", store, Path(temporary))
        scorer = Scorer.load(folder, spec.context, spec.stride)
        encoded = [scorer.encode(document["text"]) for document in documents]
        bits = scorer.bits([ids for ids, _ in encoded], _Progress())
    scores = [
        ItemScore(id=document["doc_id"], bytes=len(document["text"].encode()), bits=value)
        for document, value in zip(documents, bits, strict=True)
    ]
    _check_finite(scores)
    table = Table(spec, scores, sum(lossy for _, lossy in encoded))
    log({"bits_per_byte": table.bits / table.bytes})
    return blobs.put(encode(table))


def held_out(blobs: BlobStore, data: Digest, limit: int | None = None) -> list[dict[str, str]]:
    """Return the held-out documents of a data manifest; empty ones are left out.

    Raises
    ------
    NotFound, Corrupt, InvalidInput
        When there is no such manifest, or it holds out nothing.
    """
    try:
        digest = json.loads(blobs.get(data))["heldout"]
        lines = blobs.get(Digest(digest)).splitlines() if digest else []
        documents = [json.loads(line) for line in lines[:limit]]
        documents = [{"doc_id": d["doc_id"], "text": d["text"]} for d in documents if d["text"]]
    except (ValueError, KeyError, TypeError) as exc:
        raise Corrupt(
            f"{data} is not a data manifest with held-out documents.",
            action="Give the digest that the data run reported as its manifest.",
        ) from exc
    if not documents:
        raise InvalidInput(
            f"The data manifest {data} holds out no documents.",
            action="Prepare the corpus with a held-out share above 0.",
            field="data",
        )
    return documents


def _check_finite(scores: list[ItemScore]) -> None:
    bad = [score.id for score in scores if not math.isfinite(score.bits)]
    if bad:
        raise InvalidInput(
            f"The model gives no number for {len(bad)} documents, such as {bad[0]!r:.80}.",
            cause="Its weights hold NaN or infinities, or overflow: the training diverged.",
            action="Evaluate an earlier version.",
        )


class _Progress:
    """Reports progress about twice a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + _REPORT_SECONDS
            log({"windows": done, "steps": total}, step=done)
