"""The last word of a pod: its exit as JSON in the termination message, which is short."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, Mapping

LONGEST = 4096
"""Bytes of a termination message that Kubernetes keeps."""


def leave(path: str, verdict: Mapping[str, Any], **more: Any) -> None:
    """Write an exit to the file of the termination message, shortened to what is kept.

    Where there is no such file, nothing is left: the exit code speaks for itself.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(descriptor, fitting({**verdict, **more}))
        finally:
            os.close(descriptor)


def fitting(word: Mapping[str, Any]) -> bytes:
    """Return a word as JSON of `LONGEST` bytes at most: earlier lines go, then long ones end."""
    kept = dict(word)
    tail = list(kept.get("tail") or [])
    while True:
        data = json.dumps({**kept, "tail": tail}, ensure_ascii=False).encode("utf-8", "replace")
        if len(data) <= LONGEST:
            return data
        if tail:
            del tail[0]
        else:
            kept["message"] = kept["message"][: len(kept["message"]) // 2] + "…"
