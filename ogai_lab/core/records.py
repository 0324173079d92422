"""Records: what a job says, one JSON line each.

    {"time": 1790000000.123, "rank": 0, "kind": "text", "stream": "stdout", "text": "epoch 1"}
    {"time": …, "rank": 0, "kind": "metric", "step": 10, "metrics": {"loss": 2.31}}
    {"time": …, "rank": -1, "kind": "event", "name": "attempt_started", "attempt": 1, …}

A record is written by the agent that starts the ranks (`TextRecords`, `event`), or by user code
through `log`. It is carried by whatever carries lines and read by one reader (`read`). A position
in the stream is a byte offset, so a reader that comes late or comes back misses nothing. Rank -1
is the agent itself. This module is shipped with the agent: standard library, Python >= 3.9.
"""

from __future__ import annotations

import codecs
import json
import math
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

RECORDS_FD = "OGAI_RECORDS_FD"
RANK = "RANK"
MAX_LINE = 1 << 20
"""Characters of one text record; a longer line goes on in the next, marked ``"more": true``."""

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
"""Escape sequences: colours, the cursor, the title of a terminal."""

_CONTROL = {code: None for code in (*range(32), *range(127, 160)) if code != 9}
_NEWLINE = "\ufffe"  # a noncharacter: stands for a line's end while a chunk is JSON-encoded at once
_write_lock = threading.Lock()


class TextRecords:
    """Turns the bytes that one stream of one rank prints into encoded text records.

    Bytes arrive in chunks cut anywhere; a line is emitted when it is complete, a UTF-8 character
    cut in half is kept for the next chunk, and bytes that are not UTF-8 become U+FFFD.
    """

    def __init__(self, rank: int, stream: str) -> None:
        self._tail = f'"rank":{rank},"kind":"text","stream":"{stream}",'
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes, now: float | None = None) -> bytes:
        """Return the records of the lines that `data` completes (empty when there are none)."""
        text = self._decoder.decode(data)
        cut = text.rfind("\n")
        if cut < 0:
            self._rest += text
            return self._overflow(now) if len(self._rest) > MAX_LINE else b""
        lines, self._rest = self._rest + text[:cut], text[cut + 1 :]
        return self._encode(lines, now)

    def flush(self, now: float | None = None) -> bytes:
        """Return the record of an unfinished last line."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return self._encode(rest, now) if rest else b""

    def _overflow(self, now: float | None) -> bytes:
        text, self._rest = self._rest, ""
        return self._encode(text, now, more=True)

    def _encode(self, lines: str, now: float | None, more: bool = False) -> bytes:
        if not more and len(lines) > MAX_LINE:
            parts = []
            for line in lines.split("\n"):
                for start in range(0, len(line) or 1, MAX_LINE):
                    piece = line[start : start + MAX_LINE]
                    parts.append(self._encode_all(piece, now, start + MAX_LINE < len(line)))
            return b"".join(parts)
        return self._encode_all(lines, now, more)

    def _encode_all(self, lines: str, now: float | None, more: bool) -> bytes:
        # One JSON pass over the whole chunk instead of one a line: ten times faster.
        head = f'{{"time":{_now(now)},{self._tail}"text":"'
        end = '","more":true}\n' if more else '"}\n'
        if _NEWLINE in lines:
            encoded = (json.dumps(line, ensure_ascii=False)[1:-1] for line in lines.split("\n"))
            body = (end + head).join(encoded)
        else:
            encoded_chunk = json.dumps(lines.replace("\n", _NEWLINE), ensure_ascii=False)[1:-1]
            body = encoded_chunk.replace(_NEWLINE, end + head)
        return (head + body + end).encode("utf-8", "replace")


def plain(line: str) -> str:
    """Return a line without escape sequences and control characters: safe for any terminal."""
    return ANSI.sub("", line).translate(_CONTROL)


def event(name: str, rank: int = -1, now: float | None = None, **fields: Any) -> bytes:
    """Return an encoded event record."""
    record = {"time": float(_now(now)), "rank": rank, "kind": "event", "name": name}
    return _line({**record, **fields, **record})  # no field hides what the record is


def metric(
    metrics: Mapping[str, Any], step: int | None, rank: int, now: float | None = None
) -> bytes:
    """Return an encoded metric record. Values are numbers; NaN and infinities become null."""
    values = {str(name): _number(name, value) for name, value in metrics.items()}
    record: dict[str, Any] = {"time": float(_now(now)), "rank": rank, "kind": "metric"}
    if step is not None:
        record["step"] = int(step)
    return _line({**record, "metrics": values})


def log(metrics: Mapping[str, Any], *, step: int | None = None) -> None:
    """Report numbers from inside a job; they become its curves.

    Outside a job this prints one line, so that the same script can be tried by hand.

    Parameters
    ----------
    metrics
        Names and numbers. Torch and numpy scalars are numbers too.
    step
        The step these belong to; curves are drawn over it.

    Raises
    ------
    TypeError
        When a value is not a number.
    """
    descriptor = os.environ.get(RECORDS_FD)
    rank = int(os.environ.get(RANK, "0"))
    line = metric(metrics, step, rank)
    if descriptor is None:
        shown = " ".join(f"{name}={_number(name, value)}" for name, value in metrics.items())
        print(f"step {step} {shown}" if step is not None else shown, flush=True)  # noqa: T201
        return
    try:
        with _write_lock:
            _write_all(int(descriptor), line)
    except OSError:
        os.environ.pop(RECORDS_FD, None)  # the agent is gone or the descriptor was closed on us


def output(name: str, value: str) -> None:
    """Report a named result of the job, such as the digest of what it made; see `Job.outputs`."""
    tell("output", output=name, value=value)


def tell(name: str, **fields: Any) -> None:
    """Report an event from inside a job: something that happened, and what is to be known of it.

    Outside a job this prints one line.
    """
    descriptor = os.environ.get(RECORDS_FD)
    if descriptor is None:
        shown = " ".join(f"{key}={value}" for key, value in fields.items())
        print(f"{name} {shown}", flush=True)  # noqa: T201
        return
    line = event(name, int(os.environ.get(RANK, "0")), **fields)
    with _write_lock:
        _write_all(int(descriptor), line)


class Chunk(NamedTuple):
    """Some records and where the next ones begin."""

    records: list[dict[str, Any]]
    offset: int


def read(path: str, offset: int = 0, limit: int = 1 << 20, text: bool = True) -> Chunk:
    """Return the complete records from byte `offset` on, about `limit` bytes of them at most.

    Without `text`, what ranks print is passed over, at a fraction of the cost of decoding it.

    A line that is still being written is left for the next call. A line that is not JSON (a write
    cut by a crash or a full disk) is skipped. A missing file has no records yet.
    """
    try:
        with Path(path).open("rb") as file:
            file.seek(offset)
            data = file.read(limit)
            while data and b"\n" not in data:
                more = file.read(limit)
                if not more:
                    break
                data += more
    except FileNotFoundError:
        return Chunk([], offset)
    end = data.rfind(b"\n") + 1
    lines = data[:end].splitlines()
    if not text:
        lines = [line for line in lines if not _is_text(line)]
    return Chunk([r for line in lines for r in parse(line)], offset + end)


def _is_text(line: bytes) -> bool:
    # In a text the quotes are escaped, so another record can only begin in a line torn by a crash.
    return b'"kind":"text"' in line[:100] and line.find(b'{"time":', 1) < 0


def parse(line: bytes) -> Iterator[dict[str, Any]]:
    """Yield the record in `line`, if it is one; after a torn write, the whole one behind it."""
    start = 0
    while start >= 0:
        try:
            record = json.loads(line[start:])
        except ValueError:
            start = line.find(b'{"time":', start + 1)
            continue
        if isinstance(record, dict) and "kind" in record:
            yield record
        return


def _now(now: float | None) -> str:
    return f"{time.time() if now is None else now:.3f}"


def _line(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n").encode(
        "utf-8", "replace"
    )


def _number(name: object, value: Any) -> float | None:
    try:
        number = float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError) as exc:
        raise TypeError(
            f"ogai_lab.log takes numbers; {name!r} is {type(value).__name__} {value!r:.80}."
        ) from exc
    return number if math.isfinite(number) else None


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
