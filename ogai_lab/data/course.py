"""A run: from the files of a pipeline's sources to the manifest of its shards.

    plan → fingerprint → read (documents + signals) → decide → divide (ledger, held-out)
         → train the tokenizer → tokenize → pack → manifest

What is heavy runs as tasks in an executor and is looked up first (`cache`); the rest looks at
signals and lengths alone. The bytes of everything made depend on the pipeline, the code and the
inputs, not on the number of processes, nor on how often the run was killed.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput, Unavailable
from ogai_lab.data import ledger, sources, tables, tasks, tokenizer
from ogai_lab.data.cache import TaskCache, key_of
from ogai_lab.data.checking import checked, column_makers
from ogai_lab.data.manifest import Made, manifest
from ogai_lab.data.packing import order, pack
from ogai_lab.data.policy import Decisions, decide, needed
from ogai_lab.data.sources.files import Piece, portion
from ogai_lab.data.types import Phase, Pipeline

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

T = TypeVar("T")
_TASK_BYTES = 1 << 20
"""Bytes of input that one task reads. A part of every key: another size, other tasks."""


class Progress(NamedTuple):
    """How far a run is: its phase, tasks done and in all, documents and bytes read so far."""

    phase: Phase
    done: int
    total: int
    documents: int
    bytes: int


class _Group(NamedTuple):
    """The input of one task: pieces of one source."""

    source: int
    pieces: list[Piece]


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
    """

    def __init__(
        self,
        pipeline: Pipeline,
        blobs: BlobStore,
        executor: Executor,
        report: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._pipeline = pipeline
        self._stages = checked(pipeline)
        self._blobs = blobs
        self._executor = executor
        self._cache = TaskCache(blobs)
        self._report = report
        self._progress = Progress("plan", 0, 0, 0, 0)
        self.seconds: dict[str, float] = {}

    def __call__(self) -> Digest:
        """Do it, and return the manifest's digest.

        Raises
        ------
        InvalidInput
            When the inputs give nothing to train on.
        Unavailable
            When a process of the executor is lost.
        StorageFull
            When the store is full; what was finished is used by the next run.
        """
        try:
            return self._run()
        except BrokenExecutor as exc:
            raise Unavailable(
                "A worker process ended without a word.",
                cause="It was killed from outside, most often because memory ran out.",
                action="Run it again (what was finished is kept), with fewer workers if need be.",
            ) from exc

    def _run(self) -> Digest:
        groups = self._timed("plan", self._plan)
        digests = self._timed("fingerprint", lambda: self._fingerprints(groups))
        read = self._timed("read", lambda: self._read(groups, digests))
        documents = [Digest(result["blobs"]["documents"]) for result in read]
        signals = self._signals(documents)
        decisions = self._timed("decide", lambda: self._decide(signals))
        sizes = [result["documents"] for result in read]
        starts = [end - size for end, size in zip(itertools.accumulate(sizes), sizes, strict=True)]
        divided = self._timed("divide", lambda: self._divide(documents, starts, signals, decisions))
        keep = (decisions.reason < 0) & ~decisions.heldout
        if not keep.any():
            raise InvalidInput(
                f"No document is left to train on: all {len(keep)} were dropped or held out.",
                action="Loosen the policy's rules, hold out less, or add sources.",
                field="policy",
            )
        kept = tables.store_array(self._blobs, keep)
        chosen = self._timed("tokenizer", lambda: self._tokenizer(documents, kept))
        encoded = self._timed("tokenize", lambda: self._tokenize(documents, starts, kept, chosen))
        made = Made(
            pipeline=self._pipeline,
            inputs=self._blobs.put(_inputs(groups, digests)),
            files=len({piece.location for group in groups for piece in group.pieces}),
            signals=signals,
            decisions=decisions,
            tokens=sum(result["tokens"] for result in encoded),
            tokenizer=chosen,
            vocabulary=tokenizer.load(self._blobs, chosen, self._pipeline.tokenizer.eos),
            shards=self._timed("pack", lambda: self._pack(encoded, signals, keep)),
            heldout=self._joined(divided),
            ledger=tables.store_all(
                self._blobs,
                ledger.schema(),
                (tables.load(self._blobs, Digest(part["blobs"]["ledger"])) for part in divided),
            ),
        )
        return self._blobs.put(
            manifest(made).model_dump_json(indent=1, exclude={"digest"}).encode()
        )

    def _plan(self) -> list[_Group]:
        groups = []
        for place, source in enumerate(self._pipeline.sources):
            group = _Group(place, [])
            size = 0
            for piece in sources.pieces(source):
                if group.pieces and size + piece.size > _TASK_BYTES:
                    groups.append(group)
                    group, size = _Group(place, []), 0
                group.pieces.append(piece)
                size += piece.size
            groups.append(group)
        self._progress = self._progress._replace(total=4 * len(groups))
        return groups

    def _fingerprints(self, groups: list[_Group]) -> list[list[str]]:
        found = self._executor.map(tasks.fingerprint, [group.pieces for group in groups])
        return [self._advanced(digests) for digests in found]

    def _read(self, groups: list[_Group], digests: list[list[str]]) -> list[tasks.Result]:
        stages = json.dumps([spec.model_dump() for spec in self._pipeline.stages], sort_keys=True)
        columns = json.dumps(sources.columns(self._pipeline.sources))
        calls = []
        for group, found in zip(groups, digests, strict=True):
            source = self._pipeline.sources[group.source].model_dump_json()
            places = [[piece.path, piece.start, piece.end] for piece in group.pieces]
            given = (columns, self._pipeline.keep_raw)
            key = key_of("read", source, stages, places, found, *given)
            calls.append((key, (source, stages, group.pieces, found, *given)))
        results = []
        for result in self._all(tasks.read, calls):
            before = self._progress
            self._progress = before._replace(
                documents=before.documents + result["documents"],
                bytes=before.bytes + result["bytes"],
            )
            results.append(self._advanced(result))
        if not self._progress.documents:
            raise InvalidInput(
                "The sources hold no documents: every file is empty.",
                action="Check that these are the files you mean.",
                field="sources",
            )
        return results

    def _signals(self, documents: list[Digest]) -> pa.Table:
        import pyarrow as pa

        wanted = [*needed(self._pipeline.policy, self._pipeline.split), "bytes"]
        columns = list(dict.fromkeys(wanted))
        return pa.concat_tables(tables.load(self._blobs, digest, columns) for digest in documents)

    def _makers(self) -> dict[str, tuple[str, str]]:
        return column_makers(self._stages, sources.columns(self._pipeline.sources))

    def _decide(self, signals: pa.Table) -> Decisions:
        return decide(signals, self._pipeline.policy, self._pipeline.split)

    def _divide(
        self, documents: list[Digest], starts: list[int], signals: pa.Table, decisions: Decisions
    ) -> list[tasks.Result]:
        makers = {name: stage for name, (_, stage) in self._makers().items()}
        decided = ledger.decided(decisions, signals["doc_id"], makers)
        digest = tables.store(self._blobs, decided)
        calls = [(table, digest, start) for table, start in zip(documents, starts, strict=True)]
        keyed = [(key_of("divide", *arguments), arguments) for arguments in calls]
        return [self._advanced(result) for result in self._all(tasks.divide, keyed)]

    def _tokenizer(self, documents: list[Digest], kept: Digest) -> Digest:
        spec = self._pipeline.tokenizer
        if spec.digest is not None:
            return Digest(spec.digest)
        key = key_of("tokenizer", spec.model_dump(), documents, kept)
        known = self._cache.get(key)
        if known is None:
            texts = self._sample(documents, kept)
            trained = tokenizer.train(texts, spec.vocab_size, spec.eos)
            known = {"blobs": {"tokenizer": self._blobs.put(trained)}}
            self._cache.put(key, known)
        return Digest(known["blobs"]["tokenizer"])

    def _sample(self, documents: list[Digest], kept: Digest) -> Iterator[str]:
        """Yield kept texts, about as many bytes of them as the tokenizer is to be trained on."""
        import numpy as np

        keep = tables.load_array(self._blobs, kept)
        share = self._pipeline.tokenizer.train_on / max(1, self._progress.bytes)
        start = 0
        for digest in documents:
            table = tables.load(self._blobs, digest, ["doc_id", "text"])
            rows = np.flatnonzero(keep[start : start + table.num_rows])
            start += table.num_rows
            for row in table.take(rows).to_pylist():
                if portion(row["doc_id"], "tokenizer") < share:
                    yield row["text"]

    def _tokenize(
        self, documents: list[Digest], starts: list[int], kept: Digest, chosen: Digest
    ) -> list[tasks.Result]:
        eos = self._pipeline.tokenizer.eos
        calls = [
            (table, kept, start, chosen, eos)
            for table, start in zip(documents, starts, strict=True)
        ]
        keyed = [(key_of("tokenize", *arguments), arguments) for arguments in calls]
        return [self._advanced(result) for result in self._all(tasks.tokenize, keyed)]

    def _pack(
        self, encoded: list[tasks.Result], signals: pa.Table, keep: NDArray[np.bool_]
    ) -> list[Any]:
        packing = self._pipeline.packing
        tokens, lengths = (
            [tables.load_array(self._blobs, Digest(result["blobs"][name])) for result in encoded]
            for name in ("tokens", "lengths")
        )
        doc_ids = signals["doc_id"].filter(keep).to_pylist()
        shards = list(pack(self._blobs, tokens, lengths, order(doc_ids, packing.seed), packing))
        if not shards:
            total = sum(len(part) for part in tokens)
            raise InvalidInput(
                f"The corpus has {total} tokens, fewer than one sequence of "
                f"{packing.sequence_length}.",
                action="Add sources, or make packing.sequence_length smaller.",
                field="packing.sequence_length",
            )
        return shards

    def _joined(self, divided: list[tasks.Result]) -> Digest:
        parts = (self._blobs.get(Digest(result["blobs"]["heldout"])) for result in divided)
        return self._blobs.put(b"".join(parts))

    def _all(
        self, function: Callable[..., tasks.Result], calls: list[tuple[Digest, tuple[Any, ...]]]
    ) -> Iterator[tasks.Result]:
        """Yield the result of each call, in order; only what is not known yet is computed."""
        waiting = []
        for key, arguments in calls:
            known = self._cache.get(key)
            future = (
                None
                if known is not None
                else self._executor.submit(function, self._blobs.url, *arguments)
            )
            waiting.append((key, known, future))
        try:
            for key, known, future in waiting:
                if known is None and future is not None:
                    known = future.result()
                    self._cache.put(key, known)
                if known is not None:
                    yield known
        finally:
            for _, _, future in waiting:
                if future is not None:
                    future.cancel()

    def _advanced(self, value: T) -> T:
        self._progress = self._progress._replace(done=self._progress.done + 1)
        self._report(self._progress)
        return value

    def _timed(self, name: Phase, work: Callable[[], T]) -> T:
        self._progress = self._progress._replace(phase=name)
        if self._progress.total:
            self._report(self._progress)
        start = time.monotonic()
        result = work()
        self.seconds[name] = time.monotonic() - start
        return result


def _inputs(groups: list[_Group], digests: list[list[str]]) -> bytes:
    """Return the list of inputs: a line a piece, with its place and digest."""
    lines = [
        json.dumps([group.source, piece.path, piece.start, piece.end, digest])
        for group, found in zip(groups, digests, strict=True)
        for piece, digest in zip(group.pieces, found, strict=True)
    ]
    return ("\n".join(lines) + "\n").encode()
