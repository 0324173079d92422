"""From the files of the sources to the tables of the corpus, with the signals of all steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import sources, tasks
from ogai_lab.data.cache import key_of
from ogai_lab.data.corpus import Table
from ogai_lab.data.engine import Call, Engine, Result
from ogai_lab.data.sources.files import Piece
from ogai_lab.data.steps import Segment, build_pass, segments
from ogai_lab.data.types import Pipeline, StageSpec

_TASK_BYTES = 1 << 20
_MOST_TASK_BYTES = 16 << 20
_TASKS = 64
"""A task reads this share of the input, within the two bounds: the larger the corpus, the less does
one cost beside its work. It depends on the input alone and is a part of every key."""
_REDUCE_MEMORY = 1 << 30


class Inputs(NamedTuple):
    """What was read: a line a piece with its place and digest, and the number of files."""

    lines: bytes
    files: int


class _Group(NamedTuple):
    """The input of one task: pieces of one source."""

    source: int
    pieces: list[Piece]


class Reader:
    """Reads the corpus of one pipeline.

    Parameters
    ----------
    pipeline
        What to do.
    engine
        Where it is done.
    """

    def __init__(self, pipeline: Pipeline, engine: Engine) -> None:
        self._pipeline = pipeline
        self._engine = engine
        self._error = ""

    def __call__(self) -> tuple[list[Table], Inputs]:
        """Return the corpus, and what it was read from.

        Raises
        ------
        InvalidInput
            When there are no documents, or a stage raises on most of them.
        """
        engine = self._engine
        with engine.phase("plan"):
            groups = self._groups()
        with engine.phase("fingerprint", len(groups)):
            digests = self._fingerprints(groups)
        first, *later = segments(self._pipeline.stages)
        with engine.phase("read", len(groups)):
            corpus = list(self._read(groups, digests, first.stages))
        self._check(corpus)
        before = first
        for segment in later:
            corpus = self._passed(before, corpus)
            corpus = self._extended(segment, corpus)
            before = segment
        return corpus, _inputs(groups, digests)

    def _groups(self) -> list[_Group]:
        pieces = [sources.pieces(source) for source in self._pipeline.sources]
        whole = sum(piece.size for found in pieces for piece in found)
        size = max(_TASK_BYTES, min(_MOST_TASK_BYTES, whole // _TASKS))
        groups = []
        for place, found in enumerate(pieces):
            group, filled = _Group(place, []), 0
            for piece in found:
                if group.pieces and filled + piece.size > size:
                    groups.append(group)
                    group, filled = _Group(place, []), 0
                group.pieces.append(piece)
                filled += piece.size
            groups.append(group)
        return groups

    def _fingerprints(self, groups: list[_Group]) -> list[list[str]]:
        calls: list[Call] = [(None, (group.pieces,)) for group in groups]
        return [result["digests"] for result in self._all(tasks.fingerprint, calls)]

    def _read(
        self, groups: list[_Group], digests: list[list[str]], stages: Sequence[StageSpec]
    ) -> Iterator[Table]:
        steps = _json(stages)
        given = (json.dumps(sources.columns(self._pipeline.sources)), self._pipeline.keep_raw)
        calls: list[Call] = []
        for group, found in zip(groups, digests, strict=True):
            source = self._pipeline.sources[group.source].model_dump_json()
            places = [[piece.path, piece.start, piece.end] for piece in group.pieces]
            key = key_of("read", source, steps, places, found, *given)
            calls.append((key, (source, steps, group.pieces, found, *given)))
        for result in self._engine.all(tasks.read, calls):
            documents = result["documents"] + result["quarantined"]
            self._engine.advance(documents, result["bytes"] + result["quarantined_bytes"])
            self._error = self._error or result.get("error", "")
            yield Table.read(result)

    def _extended(self, segment: Segment, corpus: list[Table]) -> list[Table]:
        if not segment.stages:
            return corpus
        steps, keep_raw = _json(segment.stages), self._pipeline.keep_raw
        calls = [
            (key_of("extend", table.parts, steps, keep_raw), (table.parts, steps, keep_raw))
            for table in corpus
        ]
        extended = []
        with self._engine.phase("read", len(calls)):
            for table, result in zip(corpus, self._all(tasks.extend, calls), strict=True):
                self._error = self._error or result.get("error", "")
                extended.append(table.extended(result))
        self._check(extended)
        return extended

    def _passed(self, segment: Segment, corpus: list[Table]) -> list[Table]:
        if segment.pass_ is None:
            return corpus
        spec = segment.pass_.model_dump_json()
        pass_ = build_pass(segment.pass_)
        beside = [tasks.file_digest(str(file)) for file in pass_.files()]
        known = ("gather", pass_.version, spec, beside)
        with self._engine.phase("compare", len(corpus) + 1):
            gathering = [(key_of(*known, table.parts), (table.parts, spec)) for table in corpus]
            parts = [result["blobs"]["part"] for result in self._all(tasks.gather, gathering)]
            sizes = [table.documents for table in corpus]
            key = key_of("compare", pass_.version, spec, beside, parts, sizes)
            call: Call = (key, (parts, sizes, spec, _REDUCE_MEMORY))
            (result,) = self._all(tasks.compare, [call])
        return [table.with_part(result["blobs"][str(n)]) for n, table in enumerate(corpus)]

    def _all(self, function: Callable[..., Result], calls: Iterable[Call]) -> Iterator[Result]:
        for result in self._engine.all(function, calls):
            self._engine.advance()
            yield result

    def _check(self, corpus: list[Table]) -> None:
        documents = sum(table.documents for table in corpus)
        aside = sum(table.quarantined for table in corpus)
        if not documents + aside:
            raise InvalidInput(
                "The sources hold no documents: every file is empty.",
                action="Check that these are the files you mean.",
                field="sources",
            )
        if not documents or (aside > documents and aside >= _BROKEN):
            raise InvalidInput(
                f"A stage raised on {aside} of {documents + aside} documents.",
                cause=f"The first one: {self._error}",
                action="Correct the stage, or try it with pipeline.preview(…).",
                field="stages",
            )


_BROKEN = 100
"""So many documents, and more than half, mean that not they are at fault but the stage."""


def _json(stages: Sequence[StageSpec]) -> str:
    return json.dumps([spec.model_dump() for spec in stages], sort_keys=True)


def _inputs(groups: list[_Group], digests: list[list[str]]) -> Inputs:
    lines = [
        json.dumps([group.source, piece.path, piece.start, piece.end, digest])
        for group, found in zip(groups, digests, strict=True)
        for piece, digest in zip(group.pieces, found, strict=True)
    ]
    files = {piece.location for group in groups for piece in group.pieces}
    return Inputs(("\n".join(lines) + "\n").encode(), len(files))
