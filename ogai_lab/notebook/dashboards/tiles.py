"""The large figures at the top of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ogai_lab.commands.views import Tone, View
from ogai_lab.notebook.html import card
from ogai_lab.notebook.markup import markup


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: how much, of what, and whether it needs somebody; the icon says so too."""

    figure: str
    label: str
    of: str = ""
    tone: Tone = "plain"
    icon: str = ""


def tiles(figures: Sequence[Tile]) -> str:
    """Return figures side by side, as HTML."""
    return f'<dl class="og-tiles">{"".join(map(_tile, figures))}</dl>'


def section(view: View, empty: str = "") -> str:
    """Return a view as a part of a page, under its title."""
    title = f"<h2>{markup(view.title)}</h2>" if view.title else ""
    body = card(View("", view.blocks)) if view.blocks else f'<p class="og-none">{markup(empty)}</p>'
    return f'<section class="og-part">{title}{body}</section>'


def _tile(tile: Tile) -> str:
    icon = (
        f'<span class="og-icon" aria-hidden="true">{markup(tile.icon)}</span>' if tile.icon else ""
    )
    rest = f"<small>{markup(tile.of)}</small>" if tile.of else ""
    return (
        f'<div class="og-tile og-{tile.tone}"><dt>{icon}{markup(tile.label)}</dt>'
        f"<dd>{markup(tile.figure)}{rest}</dd></div>"
    )
