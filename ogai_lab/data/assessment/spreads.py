"""How the signals are spread, with the policy's thresholds; what stands at their edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ogai_lab.data.assessment.frame import Frame
from ogai_lab.data.assessment.types import Sample, Spread, Threshold, ThresholdEdge
from ogai_lab.data.types import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BINS = 40
_NUMBERS = ("int32", "int64", "double", "bool")
_NOT_SIGNALS = ("bytes",)


def signals(frame: Frame) -> list[str]:
    """Return the columns that are numbers or flags, those that rules look at first."""
    looked_at = [rule.column for rule in frame.pipeline.policy.rules]
    found = [
        name
        for name, (type_, _) in frame.makers.items()
        if type_ in _NUMBERS and not name.endswith("_group") and name not in _NOT_SIGNALS
    ]
    return sorted(found, key=lambda name: name not in looked_at)


def threshold(rule: Rule) -> Threshold | None:
    """Return a rule's threshold, None where it compares with no value."""
    if rule.drop in ("below", "above", "is"):
        return Threshold(reason=rule.reason, drop=rule.drop, value=float(rule.value or 0))
    return None


def spread(frame: Frame, column: str, values: NDArray[np.float64]) -> Spread:
    """Return how the values of a signal are spread.

    Parameters
    ----------
    values
        One a document, NaN where it has none.
    """
    import numpy as np

    type_, stage = frame.makers[column]
    marks = [
        mark
        for rule in frame.pipeline.policy.rules
        if rule.column == column and (mark := threshold(rule)) is not None
    ]
    have = np.isfinite(values)
    some = values[have]
    made = Spread(
        column=column,
        stage=stage,
        flag=type_ == "bool",
        documents=len(some),
        missing=len(values) - len(some),
        thresholds=marks,
    )
    if not len(some):
        return made
    edges = _edges(some, made.flag, [mark.value for mark in marks])
    inside = np.clip(some, edges[0], edges[-1])
    return made.model_copy(
        update={
            "least": float(some.min()),
            "median": float(np.median(some)),
            "mean": float(some.mean()),
            "most": float(some.max()),
            "edges": edges.tolist(),
            "counts": np.histogram(inside, edges)[0].tolist(),
            "dropped": np.histogram(inside[frame.gone[have]], edges)[0].tolist(),
        }
    )


def _edges(values: NDArray[np.float64], flag: bool, marks: list[float]) -> NDArray[np.float64]:
    import numpy as np

    if flag:
        return np.array([-0.5, 0.5, 1.5])
    low, high = np.quantile(values, [0.01, 0.99], method="nearest")
    # A threshold is drawn where it leaves the values at least a third of the width.
    room = float(high - low) or 1.0
    reach = [mark for mark in marks if low - room <= mark <= high + room]
    low, high = min([low, *reach]), max([high, *reach])
    if high <= low:
        low, high = low - 0.5, low + 0.5
    return np.linspace(low, high, _BINS + 1)


def edges(
    frame: Frame, sample: int, values_of: Callable[[str], NDArray[np.float64]]
) -> list[ThresholdEdge]:
    """Return the documents on both sides of every threshold of the policy.

    Parameters
    ----------
    sample
        At most so many on each side.
    values_of
        Returns the values of a signal.
    """
    import numpy as np

    reasons = np.asarray(frame.decided["reason"].to_pylist(), dtype=object)
    found = []
    for rule in frame.pipeline.policy.rules:
        mark = threshold(rule)
        if mark is None or rule.drop == "is":
            continue
        values = values_of(rule.column)
        beyond = (np.less if rule.drop == "below" else np.greater)(values, mark.value)
        distance = np.abs(values - mark.value)
        dropped = _nearest(beyond & (reasons == rule.reason), distance, sample)
        kept = _nearest(~beyond & np.isfinite(values) & ~frame.gone, distance, sample)
        found.append(
            ThresholdEdge(
                column=rule.column,
                threshold=mark,
                dropped=samples(frame, dropped, values),
                kept=samples(frame, kept, values),
            )
        )
    return found


def samples(frame: Frame, rows: NDArray[np.int64], values: NDArray[np.float64]) -> list[Sample]:
    """Return the documents at some places, with their values of a signal."""
    begins = frame.begins(rows.tolist())
    return [
        Sample(
            doc_id=begins[row].doc_id,
            path=begins[row].path,
            value=float(values[row]),
            state=frame.state(row),
            reason=frame.reason(row),
            excerpt=begins[row].excerpt,
        )
        for row in rows.tolist()
    ]


def _nearest(
    among: NDArray[np.bool_], distance: NDArray[np.float64], sample: int
) -> NDArray[np.int64]:
    import numpy as np

    rows = np.flatnonzero(among)
    return rows[np.argsort(distance[rows], kind="stable")[:sample]]
