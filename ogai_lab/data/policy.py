"""The one place that drops documents: rules over signals, and which documents are held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogai_lab.data.sources.files import portion
from ogai_lab.data.types import Policy, Rule, Split

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

LEAKED = "leaked"
BEYOND_LIMIT = "beyond_limit"


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


def needed(policy: Policy, split: Split) -> list[str]:
    """Return the columns that `decide` looks at."""
    rules = policy.rules + (split.policy.rules if split.policy else [])
    leaked = [split.leaked] if split.leaked and split.heldout else []
    return sorted({"doc_id", "path", "kind", *leaked, *(rule.column for rule in rules)})


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
        self._kinds = np.asarray(signals["kind"].to_pylist(), dtype=object)
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
            candidates &= np.isin(self._kinds, rule.kinds)
        rows = np.flatnonzero(candidates)
        if rule.drop == "repeated":
            firsts = _firsts(self._column(rule.column), rows)
            again = firsts != rows
            self._drop(rows[again], rule.reason, rule.column, kept=firsts[again])
            return
        values = _numbers(self._column(rule.column))[rows]
        # A comparison with NaN, which stands for null, is false: no signal, no reason.
        compare = {"below": np.less, "above": np.greater, "is": np.equal}[rule.drop]
        fits = compare(values, float(rule.value or 0))
        self._drop(rows[fits], rule.reason, rule.column, value=values[fits])

    def _drop_leaked(self, column: str) -> None:
        """Drop held-out documents that also stand in training, whatever becomes of them there."""
        keys = self._column(column)
        training: dict[Any, int] = {}
        held: list[int] = []
        for row, (key, heldout) in enumerate(zip(keys, self._result.heldout, strict=True)):
            if heldout:
                held.append(row)
            elif key is not None:
                training.setdefault(key, row)
        leaked = [row for row in held if keys[row] in training]
        self._drop(leaked, LEAKED, column, kept=[training[keys[row]] for row in leaked])

    def _drop_beyond(self, limit: int) -> None:
        import numpy as np

        result = self._result
        rows = np.flatnonzero(result.heldout & (result.reason < 0))
        names = self._column("doc_id")
        order = sorted(rows.tolist(), key=lambda row: (portion(names[row], "limit"), names[row]))
        self._drop(sorted(order[limit:]), BEYOND_LIMIT, "doc_id")

    def _drop(
        self,
        rows: Sequence[int] | NDArray[np.int64],
        reason: str,
        column: str,
        *,
        value: NDArray[np.float64] | None = None,
        kept: Sequence[int] | NDArray[np.int64] | None = None,
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

    def _column(self, name: str) -> list[Any]:
        values: list[Any] = self._signals[name].to_pylist()
        return values


def _heldout(signals: pa.Table, split: Split) -> NDArray[np.bool_]:
    import numpy as np

    names = signals["path" if split.by == "file" else "doc_id"].to_pylist()
    held = {name: portion(name, split.salt) < split.heldout for name in set(names)}
    return np.fromiter((held[name] for name in names), bool, len(names))


def _firsts(values: list[Any], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each of `rows` the first of them that has the same value; null is like none."""
    import numpy as np

    seen: dict[Any, int] = {}
    firsts = [
        row if values[row] is None else seen.setdefault(values[row], row) for row in rows.tolist()
    ]
    return np.asarray(firsts, np.int64)


def _numbers(values: list[Any]) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray([np.nan if value is None else value for value in values], np.float64)
