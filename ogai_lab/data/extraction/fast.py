"""The content of a page by resiliparse: 9 to 13 MB of HTML a second and core."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

TOO_DEEP = "too_deep"
_DEPTH = 1000
"""Levels up to which content is told from menus; the time that takes grows with their square
(0.03 s for 1,000 levels, 178 s for 50,000). Of a deeper page all text is taken."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = "area base br col embed hr img input link meta param source track wbr"
_ENDING = "p li dt dd option tr td th tbody thead tfoot colgroup rp rt"
_SHALLOW = frozenset(f"{_VOID} {_ENDING}".split())
"""Elements without content, or which end by themselves where the next begins."""


class Extracted(NamedTuple):
    """A page's text and title, and why it is not what it should be."""

    text: str
    title: str | None
    fault: str | None


def extract(html: str, main_content: bool = True) -> Extracted:
    """Return the text of a page.

    Parameters
    ----------
    main_content
        Whether menus, footers and the like are left out.
    """
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    deep = _may_be_deep(html)
    tree = HTMLTree.parse(html)
    text: str = extract_plain_text(
        tree,
        main_content=main_content and not deep,
        preserve_formatting=True,
        alt_texts=False,
    )
    return Extracted(text, tree.title or None, TOO_DEEP if deep else None)


def _may_be_deep(html: str) -> bool:
    """Whether a page may have more than `_DEPTH` levels: no more than unclosed elements of each."""
    if html.count("<") - html.count("</") <= _DEPTH:
        return False
    opened: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for slash, name in _TAG.findall(html):
        element = name.lower()
        if element in _SHALLOW:
            continue
        if slash:
            opened[element] = max(0, opened[element] - 1)
        else:
            opened[element] += 1
            most[element] = max(most[element], opened[element])
    return most.total() > _DEPTH
