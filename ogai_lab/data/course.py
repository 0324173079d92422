"""A run: from the files of a pipeline's sources to the manifest of what they became.

    plan → fingerprint → read (documents + signals) → compare (passes) → decide
         → divide (ledger, held-out) → write (Parquet, where there is an output folder)
         → train the tokenizer → tokenize → pack (where there is a tokenizer) → manifest

What is heavy runs as tasks in an executor and is looked up first (`engine`); the rest looks at
signals and lengths alone. The bytes of everything made depend on the pipeline, the code and the
inputs, not on the number of processes, nor on how often the run was killed.
"""

from __future__ import annotations

import contextlib
import errno
import tempfile
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor
from typing import TYPE_CHECKING

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput, StorageFull, Unavailable
from ogai_lab.data import corpus as corpora
from ogai_lab.data import ledger, sources, tables, tasks, writing
from ogai_lab.data.cache import code_version, key_of
from ogai_lab.data.checking import canonical, checked, column_makers, digest
from ogai_lab.data.corpus import Table
from ogai_lab.data.engine import Engine, Progress, Spent
from ogai_lab.data.manifest import Made, manifest
from ogai_lab.data.output import Output
from ogai_lab.data.policy import decide, needed
from ogai_lab.data.reading import Inputs, Reader
from ogai_lab.data.tokens import Packer
from ogai_lab.data.types import Manifest, Pipeline

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Progress", "Run", "Spent"]


class Run:
    """One run of a pipeline.

    Parameters
    ----------
    pipeline
        What to do.
    blobs
        Where results go; the tasks open it by its URL.
    executor
        Where tasks run: a process pool, a Dask client's executor, threads.
    report
        Is told how far the run is.
    out
        The folder that gets the kept documents as Parquet files; none when left out.
    known
        The manifest of a run with the same sources and stages: its tables are used, and the inputs
        are not read again. One that another version of the code made is of no account.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        blobs: BlobStore,
        executor: Executor,
        report: Callable[[Progress], None] = lambda progress: None,
        *,
        out: str | None = None,
        known: Manifest | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._steps = checked(pipeline)
        self._blobs = blobs
        self._engine = Engine(blobs, executor, report)
        self._output = None if out is None else Output(out)
        usable = known is not None and known.tables and known.code == code_version()
        self._known = known if usable else None

    @property
    def seconds(self) -> dict[str, float]:
        """The seconds of each phase."""
        return self._engine.seconds

    @property
    def stages(self) -> dict[str, Spent]:
        """What each stage has cost, and reading by the name ``read``."""
        return self._engine.stages

    def __call__(self) -> Digest:
        """Do it, and return the manifest's digest.

        Raises
        ------
        InvalidInput
            When the inputs give nothing to train on.
        Conflict
            When the output folder is another run's.
        Unavailable
            When a worker is lost that cannot be done without (see `engine`).
        StorageFull
            When the store is full; what was finished is used by the next run.
        """
        held: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
        if self._output is not None:
            held = self._output.held(digest(self._pipeline))
        try:
            with held:
                return self._run()
        except BrokenExecutor as exc:
            raise Unavailable(
                "A worker of the executor ended without a word.",
                cause="It was killed from outside, most often because memory ran out.",
                action="Run it again (what was finished is kept), with fewer workers if need be.",
            ) from exc
        except OSError as exc:
            if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StorageFull(
                f"There is no space left for what a run puts aside: {exc}.",
                action="Free some space, or set TMPDIR to a folder that has it, then run it again: "
                "it goes on where it was.",
            ) from exc

    def _run(self) -> Digest:
        engine, pipeline = self._engine, self._pipeline
        self._blobs.put(canonical(pipeline))  # the manifest names it
        corpus, inputs = self._corpus()
        makers = column_makers(self._steps, sources.columns(pipeline.sources))
        with engine.phase("decide"):
            wanted = [*needed(pipeline.policy, pipeline.split, makers), "bytes"]
            signals = corpora.columns(self._blobs, corpus, list(dict.fromkeys(wanted)))
            decisions = decide(signals, pipeline.policy, pipeline.split)
        keep = (decisions.reason < 0) & ~decisions.heldout
        if not keep.any():
            raise InvalidInput(
                f"No document is left to train on: all {len(keep)} were dropped or held out.",
                action="Loosen the policy's rules, hold out less, or add sources.",
                field="policy",
            )
        with engine.phase("decide"):
            whose = {name: stage for name, (_, stage) in makers.items()}
            decided = ledger.decided(decisions, signals["doc_id"], whose)
            stored = tables.store(self._blobs, decided)
        divided = self._divide(corpus, decided)
        with engine.phase("divide"):
            made = Made(
                pipeline=pipeline,
                inputs=inputs,
                inputs_digest=self._blobs.put(inputs.lines),
                signals=signals,
                decisions=decisions,
                corpus=corpus,
                heldout=self._joined(divided),
                ledger=self._ledger(divided),
                tables=corpora.stored(self._blobs, corpus),
                decided=stored,
                own_stages=self._own_stages(),
            )
        if self._output is not None:
            sizes = signals["bytes"].to_numpy()
            made.documents = writing.documents(engine, self._output, corpus, sizes, keep)
        if pipeline.tokenizer is not None and pipeline.packing is not None:
            packer = Packer(pipeline.tokenizer, pipeline.packing, engine)
            made.packed = packer(corpus, signals["doc_id"], keep)
        return self._finished(made)

    def _corpus(self) -> tuple[list[Table], Inputs]:
        if self._known is None:
            return Reader(self._pipeline, self._engine)()
        with self._engine.phase("plan"):
            found = corpora.loaded(self._blobs, Digest(self._known.tables))
            lines = self._blobs.get(Digest(self._known.inputs))
        documents = sum(table.documents + table.quarantined for table in found)
        size = sum(table.bytes + table.quarantined_bytes for table in found)
        self._engine.progress = self._engine.progress._replace(documents=documents, bytes=size)
        return found, Inputs(lines, self._known.files)

    def _divide(self, corpus: list[Table], decided: pa.Table) -> list[tasks.Result]:
        calls = [
            (table.parts, tables.store(self._blobs, decided.slice(start, rows)), table.quarantine)
            for table, start in zip(corpus, corpora.starts(corpus), strict=True)
            for rows in [table.documents]
        ]
        keyed = [(key_of("divide", *arguments), arguments) for arguments in calls]
        divided = []
        with self._engine.phase("divide", len(calls)):
            for result in self._engine.all(tasks.divide, keyed):
                self._engine.advance()
                divided.append(result)
        return divided

    def _joined(self, divided: list[tasks.Result]) -> Digest:
        with tempfile.NamedTemporaryFile(prefix="ogai-", suffix=".jsonl") as file:
            for result in divided:
                file.write(self._blobs.get(Digest(result["blobs"]["heldout"])))
            file.flush()
            return self._blobs.put_file(file.name)

    def _ledger(self, divided: list[tasks.Result]) -> Digest:
        parts = (tables.load(self._blobs, Digest(part["blobs"]["ledger"])) for part in divided)
        return tables.store_all(self._blobs, ledger.schema(), parts)

    def _own_stages(self) -> dict[str, str]:
        own = [spec.options for spec in self._pipeline.stages if spec.stage == "custom"]
        return {each["name"]: self._blobs.put(each["source"].encode()) for each in own}

    def _finished(self, made: Made) -> Digest:
        data = manifest(made).model_dump_json(indent=1, exclude={"digest"}).encode()
        output = self._output
        if output is not None:
            output.put_blob("heldout.jsonl", self._blobs, made.heldout)
            output.put_blob("ledger.parquet", self._blobs, made.ledger)
            output.finish(data, [shard.name for shard in made.documents])
        return self._blobs.put(data)
