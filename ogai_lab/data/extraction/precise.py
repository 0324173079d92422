"""The content of a page by trafilatura: ten times slower than `fast`, in a process of its own.

That library may take minutes for a strange page, and nothing ends that but its process's end.
"""

from __future__ import annotations

import resource
from typing import Any

_MEMORY = 4 << 30


def order(seconds: float) -> dict[str, Any]:
    """Return what `ogai_lab.data.guard` has to run; a page may take `seconds`."""
    return {
        "source": "from ogai_lab.data.extraction.precise import extract",
        "function": "extract",
        "over": "text",
        "wants": ["page"],
        "columns": {"text": "large_string", "title": "string"},
        "seconds": seconds,
    }


def extract(row: dict[str, Any]) -> dict[str, Any]:
    """Return the text and the title of one page, as the guarded process calls it."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))
    from resiliparse.parse.html import HTMLTree
    from trafilatura import bare_extraction

    found = bare_extraction(row["page"], include_comments=False, with_metadata=False)
    title = HTMLTree.parse(row["page"]).title or None
    return {"text": getattr(found, "text", None) or "", "title": title}
