"""What manifests answer: reading alone, nothing is started."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ogai_lab.core.blobs import BlobStore, Digest, check_digest
from ogai_lab.core.errors import require
from ogai_lab.core.operations import Service, operation
from ogai_lab.data.accounts import Documents, Duplicates, Fate, Funnel
from ogai_lab.data.assessment.types import Inspection, Report, RunComparison
from ogai_lab.data.types import LedgerPage, Manifest

Limit = Annotated[int, Field(ge=1, le=1000)]


class Questions(Service):
    """The operations on what finished runs have left.

    Parameters
    ----------
    blobs
        Where the manifests are, and all that they name.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    @operation("GET", "/manifests/{digest}", action="read")
    def manifest(self, digest: str) -> Manifest:
        """Return a manifest.

        Raises
        ------
        NotFound, InvalidInput
            When the store does not have it, or it is something else.
        """
        from ogai_lab.data.manifest import load

        return load(self._blobs, check_digest(digest))

    @operation("GET", "/manifests/{digest}/ledger", action="read")
    def ledger(
        self,
        digest: str,
        reason: str | None = None,
        limit: Annotated[int, Field(ge=1, le=1000)] = 100,
        offset: Annotated[int, Field(ge=0)] = 0,
    ) -> LedgerPage:
        """Return dropped documents of a manifest, in the corpus's order; by `reason` if given."""
        require("pyarrow", "data")
        from ogai_lab.data.ledger import page

        return page(self._blobs, Digest(self.manifest(digest).ledger), reason, limit, offset)

    @operation("GET", "/manifests/{digest}/funnel", action="read")
    def funnel(self, digest: str) -> Funnel:
        """Return where every document of a run went, in the order in which it was decided."""
        from ogai_lab.data import answers

        return answers.funnel(self.manifest(digest))

    @operation("GET", "/manifests/{digest}/dropped", action="read")
    def dropped(
        self,
        digest: str,
        reason: str | None = None,
        sample: Annotated[int, Field(ge=1, le=1000)] = 20,
        seed: int = 0,
    ) -> LedgerPage:
        """Return dropped documents taken by chance: of a `reason`, if one is given."""
        require("pyarrow", "data")
        from ogai_lab.data import answers

        return answers.dropped(self._blobs, self.manifest(digest), reason, sample, seed)

    @operation("GET", "/manifests/{digest}/duplicates", action="read")
    def duplicates(
        self, digest: str, limit: Limit = 100, offset: Annotated[int, Field(ge=0)] = 0
    ) -> Duplicates:
        """Return documents that were dropped for another one, with the similarity where known."""
        require("pyarrow", "data")
        from ogai_lab.data import answers

        return answers.duplicates(self._blobs, self.manifest(digest), limit, offset)

    @operation("GET", "/manifests/{digest}/documents", action="read")
    def documents(
        self,
        digest: str,
        doc_id: str | None = None,
        path: str | None = None,
        state: Fate | None = None,
        limit: Limit = 100,
        offset: Annotated[int, Field(ge=0)] = 0,
    ) -> Documents:
        """Say what became of documents: which were seen, which were dropped, by whom and why.

        The manifest of a model's version is its lineage's `data`, so that this answers for any
        version which documents it saw.

        Raises
        ------
        NotFound
            When there is no document with this `doc_id`.
        """
        require("pyarrow", "data")
        from ogai_lab.data import answers

        found = self.manifest(digest)
        return answers.documents(self._blobs, found, doc_id, path, state, limit, offset)

    @operation("GET", "/manifests/{digest}/report", action="read")
    def report(self, digest: str, sample: Annotated[int, Field(ge=1, le=50)] = 3) -> Report:
        """Return what a run made of its documents: signals, thresholds, languages, duplicates.

        `sample` is how many documents are shown on each side of a threshold.
        """
        require("pyarrow", "data")
        from ogai_lab.data.assessment.report import report

        return report(self._blobs, self.manifest(digest), sample)

    @operation("GET", "/manifests/{digest}/document", action="read")
    def document(self, digest: str, doc_id: str) -> Inspection:
        """Return one document: what was removed from its text, every signal, what each rule says.

        What was removed is known where the pipeline says ``keep_raw``.

        Raises
        ------
        NotFound
            When there is no document with this `doc_id`.
        """
        require("pyarrow", "data")
        from ogai_lab.data.assessment.inspecting import inspect

        return inspect(self._blobs, self.manifest(digest), doc_id)

    @operation("GET", "/manifests/{digest}/comparison", action="read")
    def compare(
        self, digest: str, other: str, samples: Annotated[int, Field(ge=0, le=100)] = 5
    ) -> RunComparison:
        """Return what moved from one run to an `other`: which documents, for which reasons."""
        require("pyarrow", "data")
        from ogai_lab.data.assessment.comparison import compare

        return compare(self._blobs, self.manifest(digest), self.manifest(other), samples)
