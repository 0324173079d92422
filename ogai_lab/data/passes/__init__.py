"""The passes, by name. Each adds columns that only the whole corpus can tell; none drops."""

from __future__ import annotations

from typing import Any

from ogai_lab.data.passes.base import Pass

PASSES: dict[str, type[Pass[Any]]] = {}
