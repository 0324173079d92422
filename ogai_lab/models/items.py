"""Two versions, document by document: on which one is better and the other not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from ogai_lab.models.types import ItemPage, ItemPair, ItemScore

Order = Literal["worse", "better", "largest", "base", "other", "document"]
Side = Literal["better", "worse", "same"]


def page(
    base: Sequence[ItemScore],
    other: Sequence[ItemScore],
    texts: Mapping[str, str],
    *,
    side: Side | None,
    order: Order,
    offset: int,
    limit: int,
    characters: int,
) -> ItemPage:
    """Return some of the documents that both were measured on, sorted.

    Parameters
    ----------
    texts
        The documents' texts; what is missing is shown without.
    side
        Only those on which `other` is better, worse or the same.
    order
        Where `other` is worst first, best first, differs most, or by one side's score or the name.
    characters
        How much of each text is shown at most.
    """
    first = {score.id: score for score in base}
    pairs = [(first[score.id], score) for score in other if score.id in first]
    differences = {b.id: o.bits_per_byte - b.bits_per_byte for b, o in pairs}
    counts = {
        "better": sum(value < 0 for value in differences.values()),
        "worse": sum(value > 0 for value in differences.values()),
    }
    kept = [pair for pair in pairs if side is None or _side(differences[pair[0].id]) == side]
    keys: dict[Order, Callable[[ItemScore, ItemScore], tuple[Any, ...]]] = {
        "worse": lambda b, o: (-differences[b.id], b.id),
        "better": lambda b, o: (differences[b.id], b.id),
        "largest": lambda b, o: (-abs(differences[b.id]), b.id),
        "base": lambda b, o: (-b.bits_per_byte, b.id),
        "other": lambda b, o: (-o.bits_per_byte, b.id),
        "document": lambda b, o: (b.id,),
    }
    kept.sort(key=lambda pair: keys[order](*pair))
    return ItemPage(
        items=[
            ItemPair(
                id=b.id,
                bytes=b.bytes,
                base=b.bits_per_byte,
                other=o.bits_per_byte,
                difference=differences[b.id],
                excerpt=texts.get(b.id, "")[:characters],
                whole=len(texts.get(b.id, "")) <= characters,
            )
            for b, o in kept[offset : offset + limit]
        ],
        total=len(kept),
        same=len(pairs) - counts["better"] - counts["worse"],
        **counts,
    )


def _side(difference: float) -> Side:
    return "better" if difference < 0 else "worse" if difference > 0 else "same"
