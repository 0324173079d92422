"""How the bytes of a page are encoded.

In this order: a byte order mark; UTF-8, if the bytes are valid UTF-8 (others hardly ever are); what
the HTTP header says; what the page says of itself; what the bytes look like (uchardet, by
resiliparse). The first under which every byte is valid is taken. A single-byte encoding makes any
bytes valid, so it has to wait for one of East Asia that is found in them; servers declare Latin-1
for all pages. When none fits, the one with the fewest places that do not.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-1": "windows-1252",
}
"""The encoding that browsers read for a name (encoding.spec.whatwg.org), as Python calls it."""
_EASTERN = {"gb18030", "big5hkscs", "cp932", "cp949", "euc-jp", "iso-2022-jp", "hz"}
_STATEFUL = re.compile(rb"\x1b\$|~\{")
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w:.-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w:.-]+)")
_HEAD = 4096
"""Bytes in which a page's word about itself is looked for (browsers: 1024)."""
_SAMPLE = 1 << 17


class Decoded(NamedTuple):
    """A page's text, its encoding, and how many places of it were not valid (U+FFFD each)."""

    text: str
    encoding: str
    errors: int


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Return a page's text.

    Parameters
    ----------
    data
        The page as it came.
    content_type
        The HTTP header of this name.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    if not _STATEFUL.search(data, 0, _SAMPLE):
        try:
            return Decoded(data.decode("utf-8"), "utf-8", 0)
        except UnicodeDecodeError:
            pass
    names = _candidates(data, content_type)
    for encoding in names:
        try:
            return Decoded(data.decode(encoding), encoding, 0)
        except UnicodeDecodeError:
            continue
    return min((_lenient(data, encoding) for encoding in names), key=lambda found: found.errors)


def _candidates(data: bytes, content_type: str | None) -> list[str]:
    """Return the encodings that it may be, the most probable first, each once."""
    header = _HEADER.search(content_type or "")
    meta = _META.search(data, 0, _HEAD) or _XML.search(data, 0, _HEAD)
    declared = [
        name
        for found in (header and header[1], meta and meta[1].decode("ascii"))
        if found and (name := _known(found)) is not None
    ]
    looks = _known(_detected(data))
    eastern = [likely for likely in (*declared, looks) if likely in _EASTERN]
    return [likely for likely in dict.fromkeys([*eastern, *declared, looks, "utf-8"]) if likely]


def _detected(data: bytes) -> str:
    from resiliparse.parse.encoding import detect_encoding

    return detect_encoding(data, _SAMPLE, from_html_meta=False) or "utf-8"


def _known(name: str) -> str | None:
    """Return Python's name of an encoding of text, None if it has none."""
    try:
        found = codecs.lookup(_WIDER.get(name.lower(), name))
    except LookupError:
        return None
    wider = _WIDER.get(found.name, found.name)
    wider = {"iso8859-1": "windows-1252", "cp1252": "windows-1252"}.get(wider, wider)
    try:
        return wider if isinstance(b"".decode(wider), str) else None
    except LookupError:  # base64 and the like turn bytes into bytes
        return None


def _lenient(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    kept = data.count(b"\xef\xbf\xbd") if encoding == "utf-8" else 0
    return Decoded(text, encoding, max(0, text.count("\ufffd") - kept))
