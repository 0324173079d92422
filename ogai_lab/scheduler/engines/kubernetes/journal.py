"""A job's records as they are gathered from its pods: appended once, whatever is killed when.

What is appended is first written down beside the records, with the place where it belongs and with
how far each pod has been read then; a reader that comes back writes it there once more, which
changes nothing if it was written. So no line is lost, doubled or torn, and no byte that was read
moves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

RECORDS = "records.jsonl"
_LAST = "gathered"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a pod's log has been read.

    `number` is that of the next record, `stamp` the time of the last line as the node wrote it;
    `over` says that all has been read.
    """

    number: int = 0
    stamp: str = ""
    over: bool = False


class Journal:
    """The records of one job; one process at a time writes them, any may read the file.

    Parameters
    ----------
    folder
        The job's folder.

    Raises
    ------
    OSError
        Here and when appending: when the disk takes no more; nothing half-written counts.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(folder / RECORDS, flags, 0o600)
        self.marks: dict[str, Mark] = {}
        self._size = os.fstat(self._file).st_size
        self._recover()

    def append(self, lines: bytes, marks: Mapping[str, Mark]) -> None:
        """Append whole lines, and note how far their pods have been read."""
        after = {**self.marks, **marks}
        head = {"at": self._size, "pods": {uid: asdict(mark) for uid, mark in after.items()}}
        coming = self._folder / f"{_LAST}.next"
        coming.write_bytes(json.dumps(head, separators=(",", ":")).encode() + b"\n" + lines)
        coming.replace(self._folder / _LAST)
        self._write(lines, self._size)
        self.marks, self._size = after, self._size + len(lines)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _recover(self) -> None:
        try:
            head, _, lines = (self._folder / _LAST).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return
        last = json.loads(head)
        self.marks = {uid: Mark(**mark) for uid, mark in last["pods"].items()}
        self._write(lines, last["at"])
        self._size = last["at"] + len(lines)

    def _write(self, lines: bytes, at: int) -> None:
        view = memoryview(lines)
        while view:
            done = os.pwrite(self._file, view, at)
            view, at = view[done:], at + done
