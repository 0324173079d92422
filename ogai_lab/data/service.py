"""The data layer's operations."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ogai_lab.core.blobs import BlobStore, Digest, check_digest
from ogai_lab.core.database import Database
from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.core.events import EventLog
from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.data import checking
from ogai_lab.data.extra import check_installed
from ogai_lab.data.runs import Runs
from ogai_lab.data.types import DataRun, LedgerPage, Manifest, Pipeline
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.spec import JobSpec, ModuleRun, RestartPolicy
from ogai_lab.scheduler.types import Job

RUNNER = "ogai_lab.data.runner"
_LABEL = {"kind": "data"}
_MOST_WORKERS = 16


class Data(Service):
    """Corpora: prepared by jobs, described by manifests.

    What is known of a run is its job, its pipeline and its manifest; there is no table beside
    them. Its changes of state are the job's, and so are the events that tell of them.
    """

    route: ClassVar[str] = "data"
    resource: ClassVar[str] = "ogai:data"

    def __init__(
        self, database: Database, blobs: BlobStore, events: EventLog, scheduler: Scheduler
    ) -> None:
        self._blobs = blobs
        self._scheduler = scheduler
        self._runs = Runs(blobs)

    @operation("POST", "/runs", action="execute")
    def prepare(
        self,
        pipeline: Pipeline,
        caller: Caller,
        workers: Annotated[int, Field(ge=1, le=1024)] | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Start a job that makes a corpus; its output ``manifest`` is the manifest's digest.

        `workers` is how many processes it uses: all cores of the largest node, 16 at most, when
        left out. What an earlier run has computed is not computed again.

        Raises
        ------
        InvalidInput
            When the pipeline does not fit together, or names a tokenizer that is not stored.
        MissingExtra
            When the libraries of this layer are not installed.
        """
        check_installed()
        checking.checked(pipeline)
        self._check_tokenizer(pipeline)
        digest = self._blobs.put(checking.canonical(pipeline))
        workers = workers or self._cores()
        spec = JobSpec(
            run=ModuleRun(module=RUNNER, args=[digest, "--workers", str(workers)]),
            name=pipeline.name,
            cpus=workers,
            restarts=RestartPolicy(limit=3),  # it goes on where it was
            labels={**_LABEL, "pipeline": digest, "policy": pipeline.policy.name},
        )
        return self._scheduler.submit(spec, caller, idempotency_key)

    @operation("GET", "/runs", action="read")
    def runs(self, limit: Annotated[int, Field(ge=1, le=500)] = 100) -> list[DataRun]:
        """Return the newest runs, newest first."""
        labels = [f"{key}={value}" for key, value in _LABEL.items()]
        found = self._scheduler.jobs(label=labels, limit=limit).items
        return [self._runs(job) for job in found]

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

    def _check_tokenizer(self, pipeline: Pipeline) -> None:
        digest = None if pipeline.tokenizer is None else pipeline.tokenizer.digest
        if digest is not None and not self._blobs.exists(Digest(digest)):
            raise InvalidInput(
                f"There is no tokenizer {digest} in the store.",
                action="Give the tokenizer of a manifest in this store, or leave it out.",
                field="pipeline.tokenizer.digest",
            )

    def _cores(self) -> int:
        cores = max((node.cpus for node in self._scheduler.nodes()), default=1.0)
        return max(1, min(_MOST_WORKERS, int(cores)))
