"""A console that stays put: the last lines of a log."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from ogai_lab.locale import _


class Console(anywidget.AnyWidget):
    """The last lines of a log, at the newest unless the reader has scrolled up."""

    _esm = Path(__file__).parent / "console.js"
    text = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)

    def __init__(self) -> None:
        super().__init__(label=_("log"))
