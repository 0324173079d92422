"""Languages and domains, clusters of duplicates, and what stands in benchmarks."""

from __future__ import annotations

import re
from typing import Any

from ogai_lab.data.assessment.frame import Frame
from ogai_lab.data.assessment.spreads import samples
from ogai_lab.data.assessment.types import (
    Cell,
    Cluster,
    Clusters,
    Contamination,
    Languages,
    Member,
)
from ogai_lab.data.steps import build_pass

_DOMAINS = 12
_CLUSTERS = 10
_MEMBERS = 5
_OTHERS = "…"
"""Stands for all the domains that are not named."""
_URL = "url"


def languages(frame: Frame) -> Languages:
    """Return language × domain; the domains with the most documents are named."""
    import numpy as np

    tongues = _named(frame, "language")
    domains = _domains(frame)
    codes = domains.dictionary_encode()
    names = codes.dictionary.to_pylist()
    place = np.asarray(codes.indices.fill_null(len(names)), np.int64)
    many = np.bincount(place, minlength=len(names) + 1)
    order = np.argsort(-many[: len(names)], kind="stable")[:_DOMAINS]
    shown = np.full(len(names) + 1, _DOMAINS, np.int64)
    shown[order] = np.arange(len(order))
    shown[-1] = _DOMAINS + 1
    column = shown[place]
    heads: list[str | None] = [names[each] for each in order]
    heads += [""] * (_DOMAINS - len(heads)) + [_OTHERS, None]
    spoken = tongues.dictionary_encode()
    said: list[str | None] = [*spoken.dictionary.to_pylist(), None]
    row = np.asarray(spoken.indices.fill_null(len(said) - 1), np.int64)
    pairs, where = np.unique(np.stack([row, column]), axis=1, return_inverse=True)
    where = where.reshape(-1)
    cells = []
    for number, (tongue, domain) in enumerate(pairs.T.tolist()):
        here = where == number
        cells.append(
            Cell(
                language=said[tongue],
                domain=heads[domain],
                read=frame.count(here),
                kept=frame.count(here & ~frame.gone),
            )
        )
    cells.sort(key=lambda cell: -cell.read.documents)
    return Languages(cells=cells, domains=len(names))


def clusters(frame: Frame) -> list[Clusters]:
    """Return what each pass over duplicates found, the largest clusters with some members."""
    ends = "_group"
    passes = [name.removesuffix(ends) for name in frame.makers if name.endswith(ends)]
    return [_clusters(frame, name) for name in passes if f"{name}_kept" in frame.makers]


def _clusters(frame: Frame, name: str) -> Clusters:
    import numpy as np

    column = frame.column(f"{name}_group")
    have = np.flatnonzero(np.asarray(column.is_valid(), bool))
    groups, where, sizes = np.unique(
        np.asarray(column.take(have), np.int64), return_inverse=True, return_counts=True
    )
    likeness = frame.numbers(f"{name}_similarity")
    survivor = ~np.asarray(frame.column(f"{name}_kept").is_valid(), bool)
    largest = np.argsort(-sizes, kind="stable")[:_CLUSTERS]
    chosen: dict[int, list[int]] = {}
    for number in largest.tolist():
        rows = have[where == number]
        # The survivor, then the least alike: they are where a threshold may be wrong.
        order = np.lexsort((np.nan_to_num(likeness[rows], nan=2.0), ~survivor[rows]))
        chosen[number] = rows[order[:_MEMBERS]].tolist()
    begins = frame.begins(row for rows in chosen.values() for row in rows)

    def member(row: int) -> Member:
        alone = survivor[row] or np.isnan(likeness[row])
        return Member(
            doc_id=begins[row].doc_id,
            path=begins[row].path,
            similarity=None if alone else float(likeness[row]),
            state=frame.state(row),
            excerpt=begins[row].excerpt,
        )

    counted, how_many = np.unique(sizes, return_counts=True)
    return Clusters(
        name=name,
        clusters=len(groups),
        documents=len(have),
        sizes=dict(zip(counted.tolist(), how_many.tolist(), strict=True)),
        largest=[
            Cluster(
                group=int(groups[number]),
                size=int(sizes[number]),
                members=[member(row) for row in rows],
            )
            for number, rows in chosen.items()
        ],
    )


def contamination(frame: Frame, sample: int) -> list[Contamination]:
    """Return how much of each benchmark stands in the documents, none found among them."""
    import numpy as np
    import pyarrow.compute as pc

    spec = next((spec for spec in frame.pipeline.stages if spec.stage == "decontaminate"), None)
    if spec is None:
        return []
    names = frame.column("decontaminate_names")
    items = frame.column("decontaminate_item")
    share = frame.numbers("decontaminate_item_share")
    found = []
    for benchmark in sorted(build_pass(spec).options.benchmarks):
        pattern = rf"(^|,){re.escape(benchmark)}(,|$)"
        here = np.asarray(pc.match_substring_regex(names, pattern).fill_null(False), bool)
        rows = np.flatnonzero(here)
        part = np.nan_to_num(share[rows])
        first = rows[np.argsort(-part, kind="stable")[:sample]]
        found.append(
            Contamination(
                benchmark=benchmark,
                documents=len(rows),
                kept=int((here & ~frame.gone & ~frame.heldout).sum()),
                items=len(items.take(rows).unique().drop_null()),
                share=float(part.max(initial=0.0)),
                samples=samples(frame, first, share),
            )
        )
    return found


def _named(frame: Frame, name: str) -> Any:
    import pyarrow as pa

    if name not in frame.makers:
        return pa.nulls(frame.decided.num_rows, pa.string())
    return frame.column(name).combine_chunks().cast(pa.string())


def _domains(frame: Frame) -> Any:
    """Return the host of each document's address; where no source has one, its kind."""
    import pyarrow as pa

    from ogai_lab.data.stages.url_list import domain_of

    if "url_domain" in frame.makers:
        return _named(frame, "url_domain")
    if _URL not in frame.makers:
        return _named(frame, "kind")
    urls = frame.column(_URL).to_pylist()
    return pa.array([None if url is None else domain_of(url) for url in urls], pa.string())
