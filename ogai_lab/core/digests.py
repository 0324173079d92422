"""Digests: the names of blobs."""

from __future__ import annotations

import hashlib
import re
from typing import NewType

from ogai_lab.core.errors import InvalidInput

Buffer = bytes | bytearray | memoryview
Digest = NewType("Digest", str)
"""``sha256:`` and 64 hexadecimal digits."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest_of(data: Buffer) -> Digest:
    """Return the digest of `data`."""
    return Digest(f"sha256:{hashlib.sha256(data).hexdigest()}")


def check_digest(text: str) -> Digest:
    """Return `text` as a digest.

    Raises
    ------
    InvalidInput
        When it is not ``sha256:`` and 64 hexadecimal digits.
    """
    if not _DIGEST.fullmatch(text):
        raise InvalidInput(f"{text[:80]!r} is not a digest (sha256: and 64 hexadecimal digits).")
    return Digest(text)


def name_of(digest: Digest) -> str:
    """Return the path of a blob below its store's root."""
    hexadecimal = check_digest(digest).removeprefix("sha256:")
    return f"sha256/{hexadecimal[:2]}/{hexadecimal[2:]}"
