"""Making a curve short without losing its spikes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Key = TypeVar("Key")


def decimate(points: Sequence[tuple[Key, float | None]], limit: int) -> list[Key]:
    """Choose at most `limit` points of a curve, and return their keys in order.

    The curve is cut into runs of equal length; the lowest and the highest point of each are kept,
    so a spike of one point stays visible however long the curve. Points without a value (NaN)
    are kept only in runs that have no others. The first and the last point are always kept.

    Parameters
    ----------
    points
        Key and value of each point, in order.
    limit
        At least 2.
    """
    if len(points) <= limit:
        return [key for key, _ in points]
    inner = points[1:-1]
    runs = (limit - 2) // 2
    chosen = [points[0][0]]
    for run in range(runs):
        part = inner[run * len(inner) // runs : (run + 1) * len(inner) // runs]
        valued = [(value, at) for at, (_, value) in enumerate(part) if value is not None]
        places = sorted({min(valued)[1], max(valued)[1]}) if valued else [0]
        chosen += [part[place][0] for place in places]
    return [*chosen, points[-1][0]]
