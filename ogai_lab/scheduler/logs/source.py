"""The bytes of a job's records, in whole lines, forwards and backwards."""

from __future__ import annotations

from ogai_lab.scheduler.engines.base import Engine


class Source:
    """The records of one job as the engine carries them; positions are byte offsets."""

    def __init__(self, engine: Engine, job_id: str) -> None:
        self._engine = engine
        self._job_id = job_id

    def size(self) -> int:
        """Return how many bytes there are now; the last line may be unfinished."""
        return self._engine.size(self._job_id)

    def raw(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from `offset` on, cut anywhere."""
        return self._engine.raw(self._job_id, offset, size)

    def line_begin(self, offset: int) -> int:
        """Return where the last line begins that begins at or before `offset`."""
        start, size = offset, 1 << 12
        while start > 0:
            start = max(0, offset - size)
            found = self.raw(start, offset - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            size *= 8
        return 0

    def forward(self, offset: int, size: int) -> bytes:
        """Return whole lines from `offset` on, about `size` bytes of them.

        Nothing, where no line is finished; at least one, however long, where one is.
        """
        data = self.raw(offset, size)
        while data and b"\n" not in data:
            more = self.raw(offset + len(data), size)
            if not more:
                return b""
            data += more
        return data[: data.rfind(b"\n") + 1]

    def backward(self, end: int, size: int) -> tuple[int, bytes]:
        """Return whole lines before `end`, about `size` bytes of them, and where they start.

        What is unfinished at `end` is left out.
        """
        start = end
        data = b""
        while start > 0 and not data:
            start = max(0, end - size)
            data = self.raw(start, end - start)
            data = data[: data.rfind(b"\n") + 1]
            if start > 0:
                cut = data.find(b"\n") + 1
                start, data = start + cut, data[cut:]
            size *= 4
        return start, data
