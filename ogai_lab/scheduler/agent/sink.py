"""The sink: whole lines appended to the job's one records file, in large writes.

The loop blocks while a slow disk takes a write, so the pipes fill and the ranks wait: memory
stays bounded. On a full disk the batch is kept and reading stops, until there is room again or
patience ends.
"""

from __future__ import annotations

import os
from typing import Callable, List, Optional, Tuple

from ogai_lab.scheduler.agent.files import FULL
from ogai_lab.scheduler.agent.loop import Loop, Timer

BATCH = 4 << 20
RETRY = 0.25


class Sink:
    """Appends batches of lines to a file that other agents append to as well.

    Parameters
    ----------
    loop, path
        Where to set timers, and the file.
    patience
        Seconds for which a full disk is waited out.
    on_blocked
        Called with True when the disk is full, with False when it has room again.
    on_full
        Called once, when patience ends.
    """

    def __init__(
        self,
        loop: Loop,
        path: str,
        patience: float,
        on_blocked: Callable[[bool], None],
        on_full: Callable[[], None],
    ) -> None:
        self._loop, self._patience = loop, patience
        self._on_blocked, self._on_full = on_blocked, on_full
        self._file, self._torn = self._open(path)
        self._batch: List[bytes] = []
        self._size = 0
        self._waited = 0.0
        self._retry: Optional[Timer] = None
        self.blocked = False
        self.gave_up = False

    def write(self, lines: bytes) -> None:
        """Add whole lines; they are written when the loop's round ends."""
        self._batch.append(lines)
        self._size += len(lines)
        if self._size > BATCH and not self.blocked:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        if not self._batch or self._retry is not None:
            return
        data = b"".join(self._batch)
        rest = self._append(data)
        self._batch, self._size = ([rest] if rest else []), len(rest)
        if rest:
            self._block()
        elif self.blocked:
            self.blocked, self._waited = False, 0.0
            self._on_blocked(False)

    def close(self) -> None:
        """Write what can still be written, and close the file."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self.flush()
        if self._retry is not None:
            self._retry.cancel()
        os.close(self._file)

    def _open(self, path: str) -> Tuple[int, bool]:
        """Return the open file, and whether its last line is torn."""
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return file, _ends_torn(file)

    def _append(self, data: bytes) -> bytes:
        """Write `data`; return what a full disk left over, from the start of the line it cut."""
        if self._torn:
            data = b"\n" + data
        view = memoryview(data)
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, view[done:])
        except OSError as exc:
            if exc.errno not in FULL:
                raise
        if done == len(data):
            self._torn = False
            return b""
        # Another agent may append behind the cut: close it and write that line again as a whole.
        cut = data.rfind(b"\n", 0, done) + 1
        self._torn = (self._torn and done == 0) or done > cut
        return data[cut:].lstrip(b"\n")

    def _block(self) -> None:
        if not self.blocked:
            self.blocked = True
            self._on_blocked(True)
        if self._waited >= self._patience and not self.gave_up:
            self.gave_up = True
            self._on_full()
        self._waited += RETRY
        self._retry = self._loop.later(RETRY, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self.flush()


def _ends_torn(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
