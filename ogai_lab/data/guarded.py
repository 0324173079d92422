"""The process in which a stage of the user's own runs: it may raise, hang or die.

``python -m ogai_lab.data.guarded READ WRITE PLACE`` (three inherited file descriptors). The first
message is the code; every further one a batch of documents, answered by their columns. The row that
is worked on stands in PLACE, so that who finds this process gone knows which document it was. A
document that takes too long ends the process by the system's own timer: no loop can hold that up.
"""

from __future__ import annotations

import json
import mmap
import signal
import struct
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

ROW = struct.Struct("=q")
STARTED = -1
"""Stands in PLACE when the process runs and works on no document of its own."""
_SLEEP = 10


def main() -> int:
    """Serve until the other end of the pipe is closed."""
    read, write, place = (int(word) for word in sys.argv[1:4])
    requests, answers = Connection(read, writable=False), Connection(write, readable=False)
    row = mmap.mmap(place, ROW.size)
    ROW.pack_into(row, 0, STARTED)
    try:
        order = json.loads(requests.recv_bytes())
        work = _Work(order, row)
        while True:
            answers.send_bytes(work(requests.recv_bytes()))
    except (EOFError, BrokenPipeError):
        return 0


class _Work:
    def __init__(self, order: dict[str, Any], row: mmap.mmap) -> None:
        import pyarrow as pa

        self._order = order
        self._row = row
        self._types = {name: pa.type_for_alias(kind) for name, kind in order["columns"].items()}
        self._function: Callable[[Any], Any] | None = None

    def __call__(self, message: bytes) -> bytes:
        """Return the answer to a batch: the columns, and an ``error`` beside them."""
        from ogai_lab.data.quarantine import said_of

        batch = read_batch(message)
        try:
            function = self._load()
        except Exception as exc:  # noqa: BLE001 - it is the user's code
            return written(self._rows([None] * len(batch), [said_of(exc)] * len(batch)))
        do = self._whole if self._order["over"] == "batch" else self._each
        return written(do(function, batch))

    def _load(self) -> Callable[[Any], Any]:
        if self._function is None:
            space: dict[str, Any] = {"__name__": "__stage__"}
            exec(compile(self._order["source"], "<stage>", "exec"), space)  # noqa: S102
            self._function = space[self._order["function"]]
        return self._function

    def _each(self, function: Callable[[Any], Any], batch: pa.RecordBatch) -> pa.RecordBatch:
        from ogai_lab.data.quarantine import said_of

        values: list[Any] = []
        errors: list[str | None] = []
        for row, given in enumerate(self._given(batch)):
            ROW.pack_into(self._row, 0, row)
            self._begin()
            try:
                values.append(self._checked(function(given)))
                errors.append(None)
            except Exception as exc:  # noqa: BLE001 - it is the user's code
                values.append(None)
                errors.append(said_of(exc))
            finally:
                _end()
        return self._rows(values, errors)

    def _whole(self, function: Callable[[Any], Any], batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        from ogai_lab.data.quarantine import said_of

        ROW.pack_into(self._row, 0, STARTED)
        self._begin()
        try:
            made = function(batch)
            found = self._columns(made, len(batch))
        except Exception as exc:  # noqa: BLE001 - it is the user's code
            return self._rows([None] * len(batch), [said_of(exc)] * len(batch))
        finally:
            _end()
        return pa.record_batch({**found, "error": pa.nulls(len(batch), pa.string())})

    def _begin(self) -> None:
        """Let this process end when it computes for too long, or sleeps for ten times as long.

        Time on the clock alone would set documents aside because the machine is busy.
        """
        signal.setitimer(signal.ITIMER_PROF, self._order["seconds"])
        signal.setitimer(signal.ITIMER_REAL, _SLEEP * self._order["seconds"])

    def _given(self, batch: pa.RecordBatch) -> list[Any]:
        names = self._order["wants"]
        if names == ["text"]:
            return list(batch["text"].to_pylist())
        return list(batch.to_pylist())

    def _checked(self, value: Any) -> dict[str, Any]:
        import pyarrow as pa

        if not isinstance(value, dict):
            if len(self._types) != 1:
                raise TypeError(f"it returned {value!r:.80}, not a dict of {list(self._types)}")
            value = {next(iter(self._types)): value}
        if set(value) != set(self._types):
            raise KeyError(f"it returned {sorted(value)}, not {sorted(self._types)}")
        return {name: pa.scalar(value[name], kind).as_py() for name, kind in self._types.items()}

    def _columns(self, made: Any, rows: int) -> dict[str, Any]:
        import pyarrow as pa

        if isinstance(made, pa.RecordBatch | pa.Table):
            made = {name: made[name] for name in made.schema.names}
        elif not isinstance(made, dict):
            made = {next(iter(self._types)): made}
        found = {
            name: pa.array(_plain(made[name])).cast(kind) for name, kind in self._types.items()
        }
        for name, column in found.items():
            if len(column) != rows:
                raise ValueError(f"the column {name!r} has {len(column)} rows, not {rows}")
        return found

    def _rows(self, values: list[Any], errors: list[str | None]) -> pa.RecordBatch:
        import pyarrow as pa

        columns = {
            name: pa.array([value and value[name] for value in values], kind)
            for name, kind in self._types.items()
        }
        return pa.record_batch({**columns, "error": pa.array(errors, pa.string())})


def _end() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _plain(column: Any) -> Any:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def read_batch(message: bytes) -> pa.RecordBatch:
    """Return the batch in a message."""
    import pyarrow as pa

    return pa.ipc.open_stream(message).read_next_batch()


def written(batch: pa.RecordBatch) -> bytes:
    """Return the message with a batch."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


if __name__ == "__main__":
    sys.exit(main())
