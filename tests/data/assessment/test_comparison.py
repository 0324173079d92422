from __future__ import annotations

from pathlib import Path

import numpy as np

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.assessment.comparison import compare, distance
from tests.data.assessment.conftest import Make


def test_what_moved_between_two_policies(run: Make, store: BlobStore) -> None:
    loose, strict = run(least=1), run(least=600)
    found = compare(store, loose, strict)
    moved = {(move.before, move.after): move.documents for move in found.moves}
    gone = strict.dropped["short"].documents
    assert moved.pop(("kept", "short")) + moved.pop(("twin", "short"), 0) == gone
    assert moved == {}
    assert found.same_text == strict.kept.documents
    assert found.other_text == 0
    (first, *_) = found.shifts
    assert 0 < first.distance <= 1
    back = compare(store, strict, loose)
    assert {(m.after, m.before): m.documents for m in back.moves} == {
        (m.before, m.after): m.documents for m in found.moves
    }


def test_a_document_that_only_one_run_saw_is_absent_in_the_other(
    run: Make, store: BlobStore, pages: Path
) -> None:
    whole = run(least=1)
    (pages / "03.html").unlink()
    fewer = run(least=1)
    (move,) = compare(store, whole, fewer).moves
    assert (move.before, move.after, move.documents) == ("kept", "absent", 1)
    assert compare(store, fewer, whole).moves[0].before == "absent"


def test_the_distance_of_two_distributions() -> None:
    some = np.array([1.0, 2.0, 3.0, 4.0])
    assert distance(some, some) == 0
    assert distance(some, some + 10) == 1
    assert distance(some, np.array([3.0, 4.0])) == 0.5
