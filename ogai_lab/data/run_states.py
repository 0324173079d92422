"""What is known of a run: its job, and the counts of its manifest once it is done."""

from __future__ import annotations

from functools import lru_cache

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import OgaiError
from ogai_lab.data.types import PHASES, Count, DataRun, Manifest
from ogai_lab.scheduler.types import Job

_REMEMBERED = 1000


class Runs:
    """Says what became of runs. A manifest never changes, so each is read once.

    Parameters
    ----------
    blobs
        Where the manifests are.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._counts = lru_cache(_REMEMBERED)(self._read)

    def __call__(self, job: Job) -> DataRun:
        """Return the run that a job makes."""
        manifest = job.outputs.get("manifest")
        read, kept, tokens = self._counted(manifest)
        phase = job.metrics.get("phase")
        return DataRun(
            job=job.id,
            name=job.name,
            policy=job.spec.labels.get("policy", ""),
            state=job.state,
            created=job.created,
            ended=job.ended,
            pipeline=job.spec.labels["pipeline"],
            manifest=manifest,
            reason=job.reason,
            phase=None if phase is None else PHASES[int(phase)],
            progress=job.progress,
            read=read or _so_far(job),
            kept=kept,
            tokens=tokens,
        )

    def _counted(self, manifest: str | None) -> tuple[Count | None, Count | None, int | None]:
        if manifest is None:
            return None, None, None
        try:
            found = self._counts(manifest)
        except OgaiError:  # it is gone, or damaged: opening it says so; a list goes on
            return None, None, None
        kept = Count(
            documents=found.kept.documents + found.heldout_kept.documents,
            bytes=found.kept.bytes + found.heldout_kept.bytes,
        )
        return found.read, kept, found.tokens

    def _read(self, digest: str) -> Manifest:
        from ogai_lab.data.manifest import load

        return load(self._blobs, check_digest(digest))


def _so_far(job: Job) -> Count | None:
    documents, size = job.metrics.get("documents"), job.metrics.get("bytes")
    if documents is None or size is None:
        return None
    return Count(documents=int(documents), bytes=int(size))
