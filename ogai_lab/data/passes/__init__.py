"""The passes, by name. Each adds columns that only the whole corpus can tell; none drops."""

from __future__ import annotations

from typing import Any

from ogai_lab.data.passes.base import Pass
from ogai_lab.data.passes.decontaminate import Decontaminate
from ogai_lab.data.passes.exact import Exact
from ogai_lab.data.passes.minhash import MinHash
from ogai_lab.data.passes.mix import Mix
from ogai_lab.data.passes.paragraph import Paragraph
from ogai_lab.data.passes.substring import Substring

PASSES: dict[str, type[Pass[Any]]] = {
    pass_.name: pass_ for pass_ in (Exact, MinHash, Substring, Paragraph, Decontaminate, Mix)
}
