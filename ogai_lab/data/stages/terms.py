"""How dense a text is with terms of advertisement, gambling, pornography, abuse, or of your own."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

ListName = Literal["advertising", "gambling", "adult", "toxic"]
_LISTS: tuple[ListName, ...] = ("advertising", "gambling", "adult", "toxic")
Term = Annotated[str, Field(min_length=1, max_length=200)]
OwnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class TermsOptions(Strict):
    """Which lists of terms are looked for."""

    lists: list[ListName] = Field(default=list(_LISTS), description="Lists that come with this.")
    own: dict[OwnName, list[Term]] = Field(
        default={}, description="Lists of your own: their names and their terms."
    )


class Terms(Stage[TermsOptions]):
    """Counts the terms of lists in a text.

    For each list ``<list>_terms`` is how many of its terms there are, ``<list>_density`` the share
    of the text's letters and digits that stand in them.

    Terms are found whatever hides them: capitals, full width, traditional characters, signs between
    Han characters (赌*博). One that begins or ends with an ASCII letter or digit is found as a word
    only. Where terms overlap, the longest from the left counts. The density of a text without
    letters is null. The lists are a beginning, not a judgement: look at what they find
    (`preview`) before a policy drops by them.
    """

    name = "terms"
    columns = {
        f"{name}_{kind}": type_
        for name in _LISTS
        for kind, type_ in (("terms", "int64"), ("density", "double"))
    }
    options_type = TermsOptions

    def __init__(self, options: TermsOptions) -> None:
        super().__init__(options)
        self._terms: dict[str, tuple[str, ...]] = {name: listed(name) for name in options.lists}
        self._terms |= {name: tuple(terms) for name, terms in options.own.items()}
        # What it adds depends on its options.
        self.columns = {  # type: ignore[misc]
            f"{name}_{kind}": type_
            for name in self._terms
            for kind, type_ in (("terms", "int64"), ("density", "double"))
        }

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return how many there are, and how dense they stand."""
        import numpy as np
        import pyarrow as pa

        from ogai_lab.data.kernels.folding import folded
        from ogai_lab.data.kernels.text import ratio, texts

        found = folded(texts(batch["text"]))
        finder = _finder(tuple(self._terms.items()))
        counts = np.zeros((2, len(self._terms), batch.num_rows), np.int64)
        matches = finder.automaton.find_matches_as_indexes(found.data.data)
        rows = np.searchsorted(found.offsets, [start for _, start, _ in matches], "right") - 1
        for (pattern, start, end), row in zip(matches, rows.tolist(), strict=True):
            if _alone(found.data, start, end):
                letters, lists = finder.patterns[pattern]
                for number in lists:
                    counts[0, number, row] += 1
                    counts[1, number, row] += letters
        made: dict[str, Array] = {}
        for number, name in enumerate(self._terms):
            made[f"{name}_terms"] = pa.array(counts[0, number])
            made[f"{name}_density"] = ratio(counts[1, number], found.letters)
        return made


class _Finder(NamedTuple):
    """An automaton; of each of its patterns the letters and the places of the lists it is on."""

    automaton: Any
    patterns: list[tuple[int, list[int]]]


@functools.cache
def listed(name: ListName) -> tuple[str, ...]:
    """Return the terms of a list that comes with this."""
    text = files("ogai_lab.data").joinpath("terms", f"{name}.txt").read_text("utf-8")
    return tuple(line for line in text.split("\n") if line and not line.startswith("#"))


@functools.lru_cache(maxsize=8)
def _finder(lists: tuple[tuple[str, tuple[str, ...]], ...]) -> _Finder:
    import pyarrow as pa
    from ahocorasick_rs import MATCHKIND_LEFTMOST_LONGEST, BytesAhoCorasick

    from ogai_lab.data.kernels.folding import folded
    from ogai_lab.data.kernels.text import texts

    patterns: dict[bytes, tuple[int, list[int]]] = {}
    for number, (_, terms) in enumerate(lists):
        written = folded(texts(pa.array(terms, pa.large_string())))
        for row, letters in enumerate(written.letters.tolist()):
            pattern = written.data[written.offsets[row] : written.offsets[row + 1] - 1].tobytes()
            if pattern:
                lists_ = patterns.setdefault(pattern, (letters, []))[1]
                if number not in lists_:
                    lists_.append(number)
    automaton = BytesAhoCorasick(list(patterns) or [b"\xfe"], MATCHKIND_LEFTMOST_LONGEST)
    return _Finder(automaton, list(patterns.values()))


def _alone(data: Any, start: int, end: int) -> bool:
    """Say whether no ASCII letter or digit goes on where a term begins or ends with one."""
    before, after = int(data[start - 1]) if start else 0x20, int(data[end])
    return not (
        (_is_word(int(data[start])) and _is_word(before))
        or (_is_word(int(data[end - 1])) and _is_word(after))
    )


def _is_word(byte: int) -> bool:
    return 0x30 <= byte <= 0x39 or 0x61 <= byte <= 0x7A
