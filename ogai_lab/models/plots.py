"""A comparison as a figure that reads on light and on dark ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import require
from ogai_lab.models.types import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK = "#808080"  # grey with enough contrast on white and on black
_BETTER, _WORSE = "#2f8f6b", "#d0672f"  # told apart by people who do not see red or green


def figure(comparison: Comparison) -> Figure:
    """Return a figure of the paired differences, and of their mean with its interval.

    Parameters
    ----------
    comparison
        With its scores.

    Returns
    -------
    matplotlib.figure.Figure
        Transparent, and bound to no window.

    Raises
    ------
    MissingExtra
        When matplotlib is not installed.
    """
    require("matplotlib", "models")
    from matplotlib.figure import Figure

    result = Figure(figsize=(7, 3.4), layout="constrained")
    result.patch.set_alpha(0)
    mean, spread = result.subplots(2, 1, height_ratios=[1, 3], sharex=True)
    _draw_mean(mean, comparison)
    _draw_spread(spread, comparison)
    for axes in (mean, spread):
        axes.patch.set_alpha(0)
        axes.tick_params(colors=_INK)
        for side, spine in axes.spines.items():
            spine.set(color=_INK, visible=side == "bottom")
    result.suptitle(
        f"{comparison.other} against {comparison.base}: {comparison.verdict}", color=_INK, size=11
    )
    return result


def _draw_mean(axes: Axes, comparison: Comparison) -> None:
    low, high = comparison.interval.low, comparison.interval.high
    mean = comparison.difference
    axes.axvline(0, color=_INK, linewidth=1, linestyle=":")
    axes.errorbar(
        [mean],
        [0],
        xerr=[[mean - low], [high - mean]],
        fmt="o",
        color=_INK,
        capsize=5,
        markersize=6,
    )
    axes.annotate(
        f"{mean:+.4f}  [{low:+.4f}, {high:+.4f}]",
        (mean, 0),
        (0, 10),
        textcoords="offset points",
        ha="center",
        color=_INK,
        size=9,
    )
    axes.set_yticks([])
    axes.set_ylim(-1, 2)


def _draw_spread(axes: Axes, comparison: Comparison) -> None:
    np: Any = require("numpy", "models")
    values = np.array([other - base for _, base, other in comparison.scores])
    # A few far-off documents would squeeze all others into one bar: the axis shows the middle 98 %.
    edge = float(np.quantile(np.abs(values), 0.98)) or 1e-9
    bins = np.linspace(-edge, edge, 41)  # an odd number: zero is one of the edges
    for part, color, hatch, label in (
        (values[values < 0], _BETTER, None, f"better on {comparison.sign.better:,}"),
        (values[values > 0], _WORSE, "//", f"worse on {comparison.sign.worse:,}"),
    ):
        clipped = np.clip(part, -edge, edge)
        axes.hist(
            clipped, bins, color=color, hatch=hatch, edgecolor=_INK, linewidth=0.3, label=label
        )
    axes.axvline(0, color=_INK, linewidth=1, linestyle=":")
    axes.set_xlabel(
        "difference in bits per byte, document by document (lower is better)", color=_INK
    )
    axes.set_ylabel("documents", color=_INK)
    axes.legend(frameon=False, labelcolor=_INK, fontsize=9)
