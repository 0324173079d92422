"""The one place that drops documents: rules over signals, and which documents are held out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogai_lab.data.sources.files import portion
from ogai_lab.data.types import Policy, Rule, Split

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

LEAKED = "leaked"
BEYOND_LIMIT = "beyond_limit"
_BESIDE = ("_group", "_similarity")
"""Ends of the columns that a pass over duplicates gives beside ``<name>_kept``."""


@dataclass
class Decisions:
    """What becomes of each document, in the corpus's order.

    `reason` indexes `reasons` and `columns` (the signal that each reason looks at); -1 is kept.
    `value` is that signal where it is a number. `kept` is the place of the document that is kept
    instead of this one, -1 where there is none.
    """

    heldout: NDArray[np.bool_]
    reason: NDArray[np.int16]
    value: NDArray[np.float64]
    kept: NDArray[np.int64]
    reasons: list[str]
    columns: list[str]


def needed(policy: Policy, split: Split, known: Collection[str]) -> list[str]:
    """Return the columns that `decide` looks at.

    Parameters
    ----------
    policy, split
        What decides.
    known
        The columns that the documents have.
    """
    rules = policy.rules + (split.policy.rules if split.policy else [])
    leaked = [split.leaked] if split.leaked and split.heldout else []
    beside = [f"{cluster}{end}" for rule in rules if (cluster := _cluster(rule)) for end in _BESIDE]
    looked_at = [*leaked, *(rule.column for rule in rules), *(set(beside) & set(known))]
    return sorted({"doc_id", "path", "kind", *looked_at})


def decide(signals: pa.Table, policy: Policy, split: Split) -> Decisions:
    """Return what becomes of each document.

    Parameters
    ----------
    signals
        The columns that `needed` names, one row a document, in the corpus's order.
    policy
        The rules for training documents.
    split
        Which documents are held out, and the rules for those.
    """
    return _Decider(signals, split).decide(policy)


class _Decider:
    def __init__(self, signals: pa.Table, split: Split) -> None:
        import numpy as np

        rows = signals.num_rows
        self._signals = signals
        self._split = split
        self._result = Decisions(
            heldout=_heldout(signals, split),
            reason=np.full(rows, -1, np.int16),
            value=np.full(rows, np.nan),
            kept=np.full(rows, -1, np.int64),
            reasons=[],
            columns=[],
        )

    def decide(self, policy: Policy) -> Decisions:
        result, split = self._result, self._split
        heldout = result.heldout
        if heldout.any():
            if split.leaked is not None:
                self._drop_leaked(split.leaked)
            for rule in (split.policy or policy).rules:
                self._apply(rule, heldout)
            if split.limit is not None:
                self._drop_beyond(split.limit)
        for rule in policy.rules:
            self._apply(rule, ~heldout)
        return result

    def _apply(self, rule: Rule, among: NDArray[np.bool_]) -> None:
        import numpy as np

        candidates = among & (self._result.reason < 0)
        if rule.kinds:
            candidates &= _is_in(self._signals["kind"], rule.kinds)
        rows = np.flatnonzero(candidates)
        if rule.drop == "repeated":
            firsts = _firsts(self._signals[rule.column], rows)
            again = firsts != rows
            self._drop(rows[again], rule.reason, rule.column, kept=firsts[again])
            return
        if rule.drop == "present":
            self._drop_present(rule, rows)
            return
        if rule.drop == "outside":
            column = self._signals[rule.column]
            outside = _valid(column) & ~_is_in(column, rule.among)
            self._drop(rows[outside[rows]], rule.reason, rule.column)
            return
        values = _numbers(self._signals[rule.column])[rows]
        # A comparison with NaN, which stands for null, is false: no signal, no reason.
        compare = {"below": np.less, "above": np.greater, "is": np.equal}[rule.drop]
        fits = compare(values, float(rule.value or 0))
        self._drop(rows[fits], rule.reason, rule.column, value=values[fits])

    def _drop_present(self, rule: Rule, rows: NDArray[np.int64]) -> None:
        """Drop the documents with this signal; of a cluster, all but one that is still there."""
        import numpy as np

        group = f"{_cluster(rule)}_group"
        if group in self._signals.column_names:
            self._drop_of_clusters(rule, group, rows)
            return
        fits = rows[_valid(self._signals[rule.column])[rows]]
        kept = np.full(len(fits), -1, np.int64)
        if _is_text(self._signals[rule.column]):
            kept = _places(self._signals[rule.column].take(fits), self._signals["doc_id"])
        self._drop(fits, rule.reason, rule.column, kept=kept)

    def _drop_of_clusters(self, rule: Rule, group: str, rows: NDArray[np.int64]) -> None:
        """Drop all but one of each cluster: its survivor or, where that is gone, the next one.

        A survivor that an earlier rule has dropped keeps nothing, so that no text is lost with it.
        """
        import numpy as np

        members = rows[_valid(self._signals[group])[rows]]
        survivors = ~_valid(self._signals[rule.column])[members]
        clusters = np.asarray(self._signals[group].take(members))
        names = np.asarray(self._signals["doc_id"].take(members).to_pylist(), dtype=object)
        order = np.lexsort((np.argsort(np.argsort(names)), ~survivors, clusters))
        firsts = np.flatnonzero(np.diff(clusters[order], prepend=clusters[order][:1] - 1))
        sizes = np.diff(np.append(firsts, len(order)))
        kept = np.empty_like(members)
        kept[order] = np.repeat(members[order[firsts]], sizes)
        told = np.empty(len(members), bool)
        told[order] = np.repeat(survivors[order[firsts]], sizes)
        gone = kept != members
        value = np.full(len(members), np.nan)
        similarity = group.removesuffix("_group") + "_similarity"
        if similarity in self._signals.column_names:
            value = np.where(told, _numbers(self._signals[similarity])[members], np.nan)
        self._drop(members[gone], rule.reason, rule.column, value=value[gone], kept=kept[gone])

    def _drop_leaked(self, column: str) -> None:
        """Drop held-out documents that also stand in training, whatever becomes of them there."""
        import numpy as np

        heldout = self._result.heldout
        codes = _codes(self._signals[column])
        training, held = np.flatnonzero(~heldout), np.flatnonzero(heldout)
        firsts = np.full(codes.max(initial=0) + 2, -1, np.int64)
        firsts[codes[training][::-1]] = training[::-1]
        firsts[-1] = -1  # null, whose code is -1, is like none
        kept = firsts[codes[held]]
        self._drop(held[kept >= 0], LEAKED, column, kept=kept[kept >= 0])

    def _drop_beyond(self, limit: int) -> None:
        import numpy as np

        result = self._result
        rows = np.flatnonzero(result.heldout & (result.reason < 0))
        names = self._signals["doc_id"].take(rows).to_pylist()
        ranked = sorted(
            (portion(name, "limit"), name, row) for name, row in zip(names, rows, strict=True)
        )
        self._drop(sorted(int(row) for _, _, row in ranked[limit:]), BEYOND_LIMIT, "doc_id")

    def _drop(
        self,
        rows: Sequence[int] | NDArray[np.int64],
        reason: str,
        column: str,
        *,
        value: NDArray[np.float64] | None = None,
        kept: NDArray[np.int64] | None = None,
    ) -> None:
        result = self._result
        pair = (reason, column)
        known = list(zip(result.reasons, result.columns, strict=True))
        if pair not in known:
            known.append(pair)
            result.reasons.append(reason)
            result.columns.append(column)
        if len(rows) == 0:
            return
        result.reason[rows] = known.index(pair)
        if value is not None:
            result.value[rows] = value
        if kept is not None:
            result.kept[rows] = kept


def _cluster(rule: Rule) -> str:
    """Return the name of the pass whose survivors a rule keeps, "" where it is another rule."""
    kept = rule.drop == "present" and rule.column.endswith("_kept")
    return rule.column.removesuffix("_kept") if kept else ""


def _heldout(signals: pa.Table, split: Split) -> NDArray[np.bool_]:
    import numpy as np

    names = _encoded(signals["path" if split.by == "file" else "doc_id"])
    held = [portion(name, split.salt) < split.heldout for name in names.dictionary.to_pylist()]
    whose = np.asarray(names.indices, np.int64)
    return np.asarray(held, bool)[whose]


def _firsts(column: pa.ChunkedArray, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each of `rows` the first of them that has the same value; null is like none."""
    import numpy as np

    codes = _codes(column.take(rows))
    firsts = np.empty(codes.max(initial=0) + 2, np.int64)
    firsts[codes[::-1]] = rows[::-1]  # of several, the last that is put stays
    return np.where(codes < 0, rows, firsts[codes])


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    import pyarrow as pa

    encoded = pa.chunked_array(column.chunks, column.type).combine_chunks().dictionary_encode()
    return encoded if isinstance(encoded, pa.DictionaryArray) else encoded.combine_chunks()


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a number for each value, the same for equal ones, -1 for null."""
    import numpy as np

    return np.asarray(_encoded(column).indices.fill_null(-1), np.int64)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    import numpy as np
    import pyarrow.compute as pc

    return np.asarray(pc.cast(column, "float64"), np.float64)


def _valid(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    import numpy as np

    return np.asarray(column.is_valid(), bool)


def _is_in(column: pa.ChunkedArray, values: list[str]) -> NDArray[np.bool_]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.is_in(column, value_set=pa.array(values, column.type)), bool)


def _is_text(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _places(names: pa.ChunkedArray, among: pa.ChunkedArray) -> NDArray[np.int64]:
    import numpy as np
    import pyarrow.compute as pc

    found = pc.index_in(names, value_set=among.combine_chunks().cast(names.type))
    return np.asarray(found.fill_null(-1), np.int64)
