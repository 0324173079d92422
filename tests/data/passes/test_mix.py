from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.passes.mix import Mix, MixOptions

Reduced = Callable[..., list[dict[str, Any]]]
KINDS = ["web"] * 3000 + ["book"] * 1000 + ["code"] * 200 + [None] * 50


def corpus() -> pa.Table:
    ids = [f"doc{i}" for i in range(len(KINDS))]
    sizes = [100 + i % 7 for i in range(len(KINDS))]
    copies = [f"doc{i - 1}" if i % 2 else None for i in range(len(KINDS))]
    return pa.table({"doc_id": ids, "kind": KINDS, "bytes": sizes, "minhash_kept": copies})


def taken(rows: list[dict[str, Any]]) -> Counter[str | None]:
    return Counter(kind for kind, row in zip(KINDS, rows, strict=True) if row["mix_taken"])


def test_the_shares_are_met_and_the_scarcest_group_is_whole(reduced: Reduced) -> None:
    rows = reduced(Mix(MixOptions(weights={"web": 6, "book": 3, "code": 1})), corpus())
    found = taken(rows)
    assert found["code"] == 200
    assert found[None] == 0
    assert found["web"] == pytest.approx(1200, abs=3 * 27)  # binomial, 3 deviations
    assert found["book"] == pytest.approx(600, abs=3 * 16)
    assert rows[0]["mix_rate"] == pytest.approx(0.4, abs=0.01)


def test_a_smaller_mix_is_in_a_larger_one_and_the_limit_holds(reduced: Reduced) -> None:
    weights = {"web": 1.0, "book": 1.0}
    small, large = (
        reduced(Mix(MixOptions(weights=weights, limit=limit, unit="documents")), corpus())
        for limit in (400, 1200)
    )
    assert sum(taken(small).values()) == pytest.approx(400, abs=60)
    assert taken(large)["book"] == pytest.approx(600, abs=3 * 16)
    assert all(b["mix_taken"] for a, b in zip(small, large, strict=True) if a["mix_taken"])


def test_what_another_pass_marked_is_no_part_of_it(reduced: Reduced) -> None:
    options = MixOptions(weights={"code": 1}, unless=["minhash_kept"], others="keep")
    found = taken(reduced(Mix(options), corpus()))
    assert found == {"code": 100, "web": 1500, "book": 500, None: 25}


def test_only_the_documents_decide(reduced: Reduced) -> None:
    mix = Mix(MixOptions(weights={"web": 6, "book": 3, "code": 1}))
    once = reduced(mix, corpus())
    turned = corpus().take(list(range(len(KINDS) - 1, -1, -1)))
    again = reduced(mix, turned, [7, 0, len(KINDS) - 7], 1 << 10)
    assert again[::-1] == once


@pytest.mark.parametrize(
    ("weights", "words"), [({"web": 1, "wbe": 2}, "'wbe'"), ({"web": 0}, "are 0")]
)
def test_a_mix_that_cannot_be_is_refused(
    weights: dict[str, float], words: str, reduced: Reduced
) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        reduced(Mix(MixOptions(weights=weights)), corpus())
    assert caught.value.field == "weights"
    assert "'book', 'code', 'web'" in caught.value.action
