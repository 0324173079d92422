"""Runs a stage of the user's own in a process that can be ended, document by document."""

from __future__ import annotations

import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import Unavailable
from ogai_lab.data.guarded import ROW, read_batch, written

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 64
"""Documents that are sent at once. The time limit of a function over a batch is such a batch's."""
_NEW = -2
"""Stands for the row until the process runs."""
_mine = threading.local()


class Guard:
    """One such process, started when it is needed and again when it has died.

    Parameters
    ----------
    order
        What to run: ``source``, ``function``, ``over``, ``wants``, ``columns``, ``seconds``.
    """

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, batch: pa.RecordBatch) -> tuple[dict[str, pa.Array], dict[int, str]]:
        """Return the columns of all documents, and the errors of those that have none, by row."""
        import pyarrow as pa

        slices = (batch.slice(start, _BATCH) for start in range(0, batch.num_rows, _BATCH))
        parts = [answer for part in slices for answer in self._done(part)]
        found = pa.Table.from_batches(parts, self._schema()).combine_chunks()
        errors = found["error"].to_pylist()
        columns = {name: _array(found[name]) for name in self._order["columns"]}
        return columns, {row: error for row, error in enumerate(errors) if error is not None}

    def close(self) -> None:
        """End the process. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            self._requests.close()
            self._answers.close()
            process.kill()
            process.wait()

    def _done(self, batch: pa.RecordBatch) -> list[pa.RecordBatch]:
        """Return the answers to a batch; a document that ends the process is told from the rest."""
        answers: list[pa.RecordBatch] = []
        whole = self._order["over"] == "batch"
        while batch.num_rows:
            answer = self._asked(batch)
            rows = batch.num_rows
            if answer is not None and not (whole and answer["error"].null_count < rows > 1):
                return [*answers, answer]
            why, row = self._death() if answer is None else ("", 0)
            if not whole:
                # What stood before it is done again: it was not told, and it ended well before.
                answers += self._done(batch.slice(0, row))
            elif rows > 1:
                return [*self._done(batch.slice(0, rows // 2)), *self._done(batch.slice(rows // 2))]
            answers.append(self._failed(why))
            batch = batch.slice(row + 1)
        return answers

    def _asked(self, batch: pa.RecordBatch) -> pa.RecordBatch | None:
        import pyarrow as pa

        self._start()
        try:
            self._requests.send_bytes(written(batch.select(self._order["wants"])))
            answer = read_batch(self._answers.recv_bytes())
        except (EOFError, OSError):
            return None
        return pa.record_batch(answer.columns, schema=self._schema())

    def _death(self) -> tuple[str, int]:
        """Return what ended the process and the row it was at."""
        code = self._process.wait() if self._process is not None else 0
        row: int = ROW.unpack_from(self._place, 0)[0]
        self.close()
        if row == _NEW:
            raise Unavailable(
                f"A process for your stage could not be started (exit code {code}).",
                cause="What it printed says why.",
                action="Check that this Python can run -m ogai_lab.data.guarded.",
            )
        row = max(0, row)
        if code in (-signal.SIGPROF, -signal.SIGALRM):
            return f"TimeoutError: it took longer than {self._order['seconds']:g} s", row
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return f"ProcessError: its process ended with {how}, as when memory runs out", row

    def _start(self) -> None:
        if self._process is not None:
            return
        here, there = os.pipe(), os.pipe()
        with tempfile.TemporaryFile() as place:
            place.truncate(ROW.size)
            self._place = mmap.mmap(place.fileno(), ROW.size)
            ROW.pack_into(self._place, 0, _NEW)
            given = (here[0], there[1], place.fileno())
            path = os.pathsep.join(folder for folder in sys.path if folder)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ogai_lab.data.guarded", *map(str, given)],
                pass_fds=given,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": path},
            )
        os.close(here[0])
        os.close(there[1])
        self._requests = Connection(here[1], readable=False)
        self._answers = Connection(there[0], writable=False)
        self._requests.send_bytes(json.dumps(self._order).encode())

    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        columns = self._order["columns"].items()
        fields = [(name, pa.type_for_alias(kind)) for name, kind in columns]
        return pa.schema([*fields, ("error", pa.string())])

    def _failed(self, why: str) -> pa.RecordBatch:
        import pyarrow as pa

        schema = self._schema()
        empty = [pa.nulls(1, field.type) for field in list(schema)[:-1]]
        return pa.record_batch([*empty, pa.array([why], pa.string())], schema=schema)


def guard(order: dict[str, Any]) -> Guard:
    """Return this thread's guard for `order`, kept until another is asked for."""
    kept = getattr(_mine, "guard", None)
    if kept is None or kept[0] != order:
        if kept is not None:
            kept[1].close()
        kept = _mine.guard = (order, Guard(order))
    found: Guard = kept[1]
    return found


def _array(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)
