"""The report of a run: read off its tables, nothing is computed again."""

from __future__ import annotations

import functools

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.assessment import groups, spreads
from ogai_lab.data.assessment.frame import Frame
from ogai_lab.data.assessment.types import Report, Tokens
from ogai_lab.data.types import Manifest

_SAMPLE = 3


def report(blobs: BlobStore, manifest: Manifest, sample: int = _SAMPLE) -> Report:
    """Return what a run made of its documents.

    Parameters
    ----------
    blobs
        Where the run's tables are.
    manifest
        What the run made.
    sample
        Documents on each side of a threshold, and of each benchmark.

    Raises
    ------
    Conflict
        When the manifest is of a version that did not list its documents.
    """
    frame = Frame(blobs, manifest)
    values_of = functools.lru_cache(maxsize=2)(frame.numbers)
    return Report(
        digest=manifest.digest,
        name=manifest.name,
        policy=manifest.policy,
        files=manifest.files,
        read=manifest.read,
        kept=manifest.kept,
        heldout=manifest.heldout_kept,
        quarantined=manifest.quarantined,
        dropped=manifest.dropped,
        tokens=_tokens(manifest),
        signals=[spreads.spread(frame, name, values_of(name)) for name in spreads.signals(frame)],
        edges=spreads.edges(frame, sample, values_of),
        languages=groups.languages(frame),
        clusters=groups.clusters(frame),
        contamination=groups.contamination(frame, sample),
    )


def _tokens(manifest: Manifest) -> Tokens | None:
    if not manifest.tokenizer:
        return None
    every = manifest.tokens + manifest.left_over
    return Tokens(
        tokens=manifest.tokens,
        left_over=manifest.left_over,
        sequences=manifest.sequences,
        sequence_length=manifest.sequence_length,
        vocab_size=manifest.vocab_size,
        shards=len(manifest.shards),
        bytes_per_token=manifest.kept.bytes / max(1, every),
    )
