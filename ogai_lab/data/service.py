"""The data layer's operations."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.database import Database
from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.core.events import EventLog
from ogai_lab.core.operations import Caller, operation
from ogai_lab.data import checking
from ogai_lab.data.accounts import (
    Form,
    Pace,
    PresetText,
    Preview,
)
from ogai_lab.data.crawl.options import Crawl, CrawlReport
from ogai_lab.data.extra import check_installed
from ogai_lab.data.gang import DASK
from ogai_lab.data.questions import Questions
from ogai_lab.data.run_states import Runs
from ogai_lab.data.types import (
    DataRun,
    Packing,
    Pipeline,
    TokenizerSpec,
)
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.spec import JobSpec, ModuleRun, RestartPolicy
from ogai_lab.scheduler.types import Job

RUNNER = "ogai_lab.data.runner"
EXPORTER = "ogai_lab.data.exporter"
CRAWLER = "ogai_lab.data.crawl"
Workers = Annotated[int, Field(ge=1, le=1024)] | None
Place = Annotated[str, Field(min_length=1, description="A folder, or a URL that fsspec opens.")]
_LABEL = {"kind": "data"}
_MOST_WORKERS = 16
_LABEL_LENGTH = 60


class Data(Questions):
    """Corpora: prepared by jobs, described by manifests.

    What is known of a run is its job, its pipeline and its manifest; there is no table beside
    them. Its changes of state are the job's, and so are the events that tell of them.
    """

    route: ClassVar[str] = "data"
    resource: ClassVar[str] = "ogai:data"

    def __init__(
        self, database: Database, blobs: BlobStore, events: EventLog, scheduler: Scheduler
    ) -> None:
        super().__init__(blobs)
        self._scheduler = scheduler
        self._runs = Runs(blobs)

    @operation("POST", "/runs", action="execute")
    def prepare(
        self,
        pipeline: Pipeline,
        caller: Caller,
        workers: Workers = None,
        idempotency_key: str | None = None,
        out: Place | None = None,
        executor: str = "processes",
        known: str | None = None,
        nodes: Annotated[int, Field(ge=1, le=1000)] = 1,
    ) -> Job:
        """Start a job that makes a corpus; its output ``manifest`` is the manifest's digest.

        `workers` is how many processes it uses: all cores of the largest node, 16 at most, when
        left out. What an earlier run has computed is not computed again. The folder `out` (or a
        URL) gets the kept documents as Parquet files. `executor` may be the address of a Dask
        scheduler. On several `nodes` a Dask scheduler and its workers are a part of the job; the
        store, the inputs and `out` must be seen from all of them. With `known`, the manifest of a
        run with the same sources and stages, the inputs are not read again.

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
        options = {"--workers": str(workers), "--out": out, "--known": known}
        executor = DASK if nodes > 1 else executor
        options["--executor"] = executor if executor != "processes" else None
        words = [word for option, value in options.items() if value for word in (option, value)]
        spec = JobSpec(
            run=ModuleRun(module=RUNNER, args=[digest, *words]),
            name=pipeline.name,
            nodes=nodes,
            cpus=workers,
            restarts=RestartPolicy(limit=3),  # it goes on where it was
            labels={**_LABEL, "pipeline": digest, "policy": pipeline.policy.name[:_LABEL_LENGTH]},
        )
        return self._scheduler.submit(spec, caller, idempotency_key)

    @operation("POST", "/retunes", action="execute")
    def retune(
        self,
        manifest: str,
        policy: dict[str, float | bool | None],
        caller: Caller,
        workers: Workers = None,
        out: Place | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Start a run with other thresholds: of all that was computed, only the policy is anew.

        `policy` has names and values: ``{"min_quality": 0.4}``, or a rule's reason and its new
        value; null takes the rule away.

        Raises
        ------
        InvalidInput
            When a name is neither a signal of the pipeline nor a rule of its policy.
        """
        from ogai_lab.data.retuning import retuned

        changed = retuned(self._pipeline(manifest), policy)
        return self.prepare(changed, caller, workers, idempotency_key, out, known=manifest)

    @operation("POST", "/packings", action="execute")
    def pack(
        self,
        manifest: str,
        caller: Caller,
        tokenizer: TokenizerSpec = TokenizerSpec(),  # noqa: B008 - it does not change
        packing: Packing = Packing(),  # noqa: B008
        workers: Workers = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Start a run that makes token sequences of a manifest's documents, for training."""
        pipeline = self._pipeline(manifest)
        changed = pipeline.model_copy(update={"tokenizer": tokenizer, "packing": packing})
        return self.prepare(changed, caller, workers, idempotency_key, known=manifest)

    @operation("POST", "/tokenizers", action="execute")
    def keep_tokenizer(
        self, content: Annotated[str, Field(max_length=1 << 28)], eos: str = "<|endoftext|>"
    ) -> str:
        """Store a ``tokenizer.json`` and return its digest, for `pack`.

        Raises
        ------
        InvalidInput
            When it is none, or has no such end-of-text token.
        """
        require("tokenizers", "data")
        from ogai_lab.data.tokenizer import load

        digest = self._blobs.put(content.encode())
        load(self._blobs, digest, eos)
        return str(digest)

    @operation("POST", "/exports", action="execute")
    def export(
        self,
        manifest: str,
        form: Form,
        out: Place,
        caller: Caller,
        idempotency_key: str | None = None,
    ) -> Job:
        """Start a job that writes a corpus into a folder in the form of another program."""
        found = self.manifest(manifest)
        spec = JobSpec(
            run=ModuleRun(module=EXPORTER, args=[manifest, form, out]),
            name=f"{found.name} as {form}"[:100],
            labels={"kind": "export", "data": manifest},
        )
        return self._scheduler.submit(spec, caller, idempotency_key)

    @operation("POST", "/crawls", action="execute")
    def crawl(self, crawl: Crawl, caller: Caller, idempotency_key: str | None = None) -> Job:
        """Start a job that fetches pages politely into a WARC file, ``out/pages.warc.gz``.

        The same crawl into the same folder goes on where it was, also after a kill. Its output
        ``archive`` is the file's name in the folder.

        Raises
        ------
        MissingExtra
            When Scrapy is not installed.
        """
        require("scrapy", "crawl")
        spec = JobSpec(
            run=ModuleRun(module=CRAWLER, args=crawl.words()),
            name=f"crawl {crawl.hosts[0]}"[:100],
            restarts=RestartPolicy(limit=3),  # it goes on where it was
            labels={"kind": "crawl"},
        )
        return self._scheduler.submit(spec, caller, idempotency_key)

    @operation("GET", "/crawls/{job}", action="read")
    def crawled(self, job: str) -> CrawlReport:
        """Say what became of a crawl's pages; which were refused or failed, once it is over.

        Raises
        ------
        NotFound
            When this job is no crawl.
        """
        from ogai_lab.data.crawl.reports import report

        return report(self._scheduler.job(job), self._blobs)

    @operation("POST", "/previews", action="execute")
    def preview(self, pipeline: Pipeline, n: Annotated[int, Field(ge=1, le=2000)] = 200) -> Preview:
        """Say what a pipeline would do to a sample of its documents.

        Raises
        ------
        InvalidInput
            When the pipeline does not fit together, or its sources cannot be read.
        """
        check_installed()
        from ogai_lab.data.previewing import preview

        return preview(pipeline, n)

    @operation("GET", "/presets", action="read")
    def presets(self) -> list[PresetText]:
        """Return the ready-made pipelines as YAML."""
        from ogai_lab.data.presets import texts

        return texts()

    @operation("GET", "/runs", action="read")
    def runs(self, limit: Annotated[int, Field(ge=1, le=500)] = 100) -> list[DataRun]:
        """Return the newest runs, newest first."""
        labels = [f"{key}={value}" for key, value in _LABEL.items()]
        found = self._scheduler.jobs(label=labels, limit=limit).items
        return [self._runs(job) for job in found]

    @operation("GET", "/runs/{job}/pace", action="read")
    def pace(self, job: str) -> Pace:
        """Say how far a run is, how fast it goes, and what each stage has cost."""
        from ogai_lab.data.pacing import pace

        found = self._scheduler.job(job)
        return pace(found, self._runs(found))

    def _pipeline(self, manifest: str) -> Pipeline:
        check_installed()
        from ogai_lab.data import answers

        return answers.pipeline_of(self._blobs, self.manifest(manifest))

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
