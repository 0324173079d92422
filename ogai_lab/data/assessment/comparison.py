"""Two runs side by side: where each document went in the one and in the other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.assessment.frame import Frame
from ogai_lab.data.assessment.spreads import signals
from ogai_lab.data.assessment.types import Move, RunComparison, Shift, Side
from ogai_lab.data.types import Manifest

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

ABSENT = "absent"
_SAMPLES = 5


def compare(
    blobs: BlobStore, first: Manifest, second: Manifest, samples: int = _SAMPLES
) -> RunComparison:
    """Return what differs between two runs; their documents are told by their ids.

    Parameters
    ----------
    samples
        Ids of each move.

    Raises
    ------
    Conflict
        When one of them is of a version that did not list its documents.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    one, two = Frame(blobs, first), Frame(blobs, second)
    names, others = _ids(one), _ids(two)
    # Where each document of the one is in the other, -1 where it is not there.
    there = np.asarray(pc.index_in(names, value_set=others).fill_null(-1), np.int64)
    fates, theirs = _fates(one), _fates(two)
    moved: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    ids = names.to_pylist()
    for row, (doc_id, place) in enumerate(zip(ids, there.tolist(), strict=True)):
        after = theirs[place] if place >= 0 else ABSENT
        if fates[row] != after:
            moved[fates[row], after].append((doc_id, int(one.sizes[row])))
    new = np.ones(len(others), bool)
    new[there[there >= 0]] = False
    rows = np.flatnonzero(new)
    for row, doc_id in zip(rows.tolist(), others.take(pa.array(rows)).to_pylist(), strict=True):
        moved[ABSENT, theirs[row]].append((doc_id, int(two.sizes[row])))
    kept = ~one.gone & (there >= 0)
    kept[kept] = ~two.gone[there[kept]]
    equal = one.sizes[kept] == two.sizes[there[kept]]
    return RunComparison(
        first=_side(first),
        second=_side(second),
        same_text=int(equal.sum()),
        other_text=int((~equal).sum()),
        moves=sorted(
            (
                Move(
                    before=before,
                    after=after,
                    documents=len(found),
                    bytes=sum(size for _, size in found),
                    samples=[doc_id for doc_id, _ in found[:samples]],
                )
                for (before, after), found in moved.items()
            ),
            key=lambda move: (-move.documents, move.before, move.after),
        ),
        shifts=_shifts(one, two),
    )


def distance(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Return the largest difference of two samples' distribution functions, 0 to 1.

    The statistic of Kolmogorov and Smirnov. Neither may be empty.
    """
    import numpy as np

    one, two = np.sort(one), np.sort(two)
    both = np.concatenate([one, two])
    parts = [np.searchsorted(each, both, "right") / len(each) for each in (one, two)]
    return float(np.abs(parts[0] - parts[1]).max())


def _shifts(one: Frame, two: Frame) -> list[Shift]:
    import numpy as np

    known = set(signals(two))
    found = []
    for column in signals(one):
        if column not in known:
            continue
        values = [frame.numbers(column)[~frame.gone] for frame in (one, two)]
        before, after = (each[np.isfinite(each)] for each in values)
        if not len(before) or not len(after):
            continue
        found.append(
            Shift(
                column=column,
                before=float(np.median(before)),
                after=float(np.median(after)),
                distance=distance(before, after),
            )
        )
    return sorted(found, key=lambda shift: (-shift.distance, shift.column))


def _ids(frame: Frame) -> pa.Array:
    import pyarrow as pa

    return pa.chunked_array(frame.column("doc_id").chunks, pa.string()).combine_chunks()


def _fates(frame: Frame) -> list[str]:
    """Return of each document why it was dropped, or that it was kept or held out."""
    import pyarrow.compute as pc

    kept = pc.if_else(frame.decided["heldout"], "heldout", "kept")
    fates: list[str] = pc.coalesce(frame.decided["reason"], kept).to_pylist()
    return fates


def _side(manifest: Manifest) -> Side:
    return Side(
        digest=manifest.digest,
        name=manifest.name,
        policy=manifest.policy,
        read=manifest.read,
        kept=manifest.kept,
        heldout=manifest.heldout_kept,
        quarantined=manifest.quarantined,
        dropped=manifest.dropped,
        tokens=manifest.tokens,
    )
