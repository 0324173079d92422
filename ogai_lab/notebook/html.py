"""Views as HTML: themed by JupyterLab's variables, readable by screen readers, safe by escaping.

Everything in a view is untrusted text (names, logs), so `markup` is the only way from text to
HTML here. The style travels with each output, for a saved notebook has nothing else.
"""

from __future__ import annotations

import functools
from functools import singledispatch
from pathlib import Path

from ogai_lab.commands.views import (
    Badge,
    Block,
    Cell,
    Chart,
    Code,
    Facts,
    Histogram,
    Interval,
    Lines,
    Meter,
    Meters,
    Note,
    Passage,
    Table,
    View,
)
from ogai_lab.locale import _, language
from ogai_lab.locale.sentences import said
from ogai_lab.notebook.markup import markup
from ogai_lab.notebook.svg import chart_svg, histogram_svg, interval_svg


def page(view: View) -> str:
    """Return a view as a piece of HTML that stands alone."""
    return f"<style>{style()}</style>{card(view)}"


def card(view: View) -> str:
    """Return a view as HTML, for a page that has the style already."""
    title = f'<span class="og-title">{markup(view.title)}</span>' if view.title else ""
    subtitle = f'<span class="og-sub">{markup(view.subtitle)}</span>' if view.subtitle else ""
    badge = cell(view.badge) if view.badge else ""
    head = f'<div class="og-head">{badge}{title}{subtitle}</div>' if title or badge else ""
    body = "".join(block_html(block) for block in view.blocks)
    more = "".join(block_html(block) for block in view.details)
    fold = f"<details><summary>{markup(_('Details'))}</summary>{more}</details>" if more else ""
    lang = language().replace("_", "-")
    return f'<div class="ogai" lang="{lang}">{head}{body}{fold}</div>'


@functools.cache
def style() -> str:
    """Return the style sheet of all cards."""
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def cell(value: Cell) -> str:
    """Return one cell as HTML."""
    match value:
        case Badge():
            icon = f'<span class="og-icon" aria-hidden="true">{markup(value.icon)}</span>'
            return f'<span class="og-badge og-{value.tone}">{icon}{markup(value.word)}</span>'
        case Meter():
            return _meter(value)
        case Code():
            title = f' title="{markup(value.title)}"' if value.title else ""
            return f"<code{title}>{markup(value.text)}</code>"
        case str():
            return markup(value)


@singledispatch
def block_html(block: Block) -> str:
    """Return one block as HTML."""
    raise NotImplementedError(type(block).__name__)


@block_html.register
def _table(block: Table) -> str:
    if not block.rows:
        return f'<p class="og-empty">{markup(block.empty)}</p>'
    classes = [' class="og-right"' if column.right else "" for column in block.columns]
    heads = "".join(
        f'<th scope="col"{kind}>{markup(column.name)}</th>'
        for column, kind in zip(block.columns, classes, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{cell(v)}</td>" for v, kind in zip(row, classes, strict=True))
        + "</tr>"
        for row in block.rows
    )
    note = f'<p class="og-note og-quiet">{markup(block.note)}</p>' if block.note else ""
    return (
        f'<div class="og-scroll"><table><caption>{markup(block.caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


@block_html.register
def _facts(block: Facts) -> str:
    items = "".join(
        f"<div><dt>{markup(name)}</dt><dd>{cell(value)}</dd></div>" for name, value in block.items
    )
    return f'<dl class="og-facts">{items}</dl>'


@block_html.register
def _note(block: Note) -> str:
    lead = f"<b>{markup(block.lead)}</b> " if block.lead else ""
    return f'<p class="og-note og-{block.tone}">{lead}<span>{markup(said(block.text))}</span></p>'


@block_html.register
def _lines(block: Lines) -> str:
    label = markup(block.caption)
    text = markup("\n".join(block.lines))
    # column-reverse keeps the newest line in sight without any script
    return (
        f'<div class="og-log" role="log" aria-label="{label}" tabindex="0"><pre>{text}</pre></div>'
        if block.lines
        else ""
    )


@block_html.register
def _meters(block: Meters) -> str:
    rows = "".join(
        f'<div class="og-label">{markup(meter.label)}</div>{_meter(meter)}' for meter in block.items
    )
    return f'<div class="og-meters">{rows}</div>'


@block_html.register
def _chart(block: Chart) -> str:
    return f'<div class="og-chart">{chart_svg(block)}</div>'


@block_html.register
def _interval(block: Interval) -> str:
    text = f"<figcaption>{markup(block.text)}</figcaption>" if block.text else ""
    return f'<figure class="og-figure">{interval_svg(block)}{text}</figure>'


@block_html.register
def _histogram(block: Histogram) -> str:
    key = f' <span class="og-key" aria-hidden="true">■</span> {markup(_("dropped"))}'
    said_below = markup(block.title) + (key if any(block.dropped) else "")
    caption = f"<figcaption>{said_below}</figcaption>"
    return f'<figure class="og-figure">{histogram_svg(block)}{caption}</figure>'


@block_html.register
def _passage(block: Passage) -> str:
    # The marks are elements of their own kind, so that a screen reader says what was removed.
    tags = {"removed": "del", "put": "ins"}
    body = "".join(
        f"<{tags[kind]}>{markup(text)}</{tags[kind]}>" if kind in tags else markup(text)
        for kind, text in block.pieces
    )
    return (
        f'<figure class="og-figure"><figcaption class="og-quiet">{markup(block.caption)}'
        f'</figcaption><div class="og-passage" tabindex="0">{body}</div></figure>'
    )


def _meter(meter: Meter) -> str:
    label = markup(meter.label or meter.text)
    text = f'<span class="og-meter-text">{markup(meter.text)}</span>' if meter.text else ""
    if meter.fraction is None:
        value, width, kind = "", 100.0, "og-unknown"
    else:
        width = 100 * max(0.0, min(1.0, meter.fraction))
        value, kind = f' aria-valuenow="{width:.0f}"', f"og-{meter.tone}"
    return (
        f'<span class="og-meter"><span class="og-track" role="progressbar" aria-label="{label}" '
        f'aria-valuemin="0" aria-valuemax="100"{value}>'
        f'<span class="og-fill {kind}" style="width:{width:.1f}%"></span></span>{text}</span>'
    )
