"""The lines of a pod's log, made records again. Bytes in, bytes out.

Each line has the time at which the node wrote it in front, and is a record that the agent numbered
(``…,"n":17}``); what else the container said (a Python that is missing says so itself) becomes a
record of the agent's. A log that is asked for again begins a little before its end: the numbers
tell what is there already.
"""

from __future__ import annotations

import json
import re
from datetime import datetime

from ogai_lab.core import records
from ogai_lab.scheduler.engines.kubernetes.journal import Mark

_STAMP = re.compile(rb"^\S+ ", re.MULTILINE)
_NUMBER = re.compile(rb',"n":(\d+)\}$', re.MULTILINE)
_EVENT = b'"kind":"event"'
_AGENT = -1


class PodLines:
    """Turns what a pod's log says into records, from a mark on.

    Parameters
    ----------
    mark
        How far it was read before.
    later
        By how many attempts Kueue has had the job start again: the agent does not know of those.
    """

    def __init__(self, mark: Mark, later: int = 0) -> None:
        self.mark = mark
        self._later = later
        self._rest = b""
        self._known = bool(mark.stamp)

    def again(self) -> None:
        """Note that the log is read anew: lines that are there already will come again."""
        self._rest = b""
        self._known = bool(self.mark.stamp)

    def feed(self, block: bytes) -> bytes:
        """Return the records of the lines that a block completes."""
        whole, newline, self._rest = (self._rest + block).rpartition(b"\n")
        if not newline:
            return b""
        lines = whole + newline
        if self._known or self._later:
            return self._slowly(lines)
        return self._at_once(lines)

    def flush(self) -> bytes:
        """Return the record of an unfinished last line; a record that was cut off is none."""
        rest, self._rest = self._rest, b""
        return b"" if not rest or rest.partition(b" ")[2].startswith(b'{"') else self._line(rest)

    def _at_once(self, lines: bytes) -> bytes:
        """Take in lines that are all new and, as is usual, all records."""
        count = lines.count(b"\n")
        last = lines[lines.rfind(b"\n", 0, -1) + 1 :]
        numbered = _NUMBER.search(last)
        if numbered is None or int(numbered[1]) - self.mark.number + 1 != count:
            return self._slowly(lines)
        text, found = _NUMBER.subn(b"}", lines)
        if found != count:
            return self._slowly(lines)
        self.mark = Mark(int(numbered[1]) + 1, last.partition(b" ")[0].decode("ascii", "replace"))
        return _STAMP.sub(b"", text)

    def _slowly(self, lines: bytes) -> bytes:
        return b"".join(self._line(line) for line in lines.splitlines(keepends=True))

    def _line(self, line: bytes) -> bytes:
        stamp_, _, said = line.partition(b" ")
        stamp = stamp_.decode("ascii", "replace")
        number = _NUMBER.search(said)
        if number is None or not said.startswith(b'{"'):
            return self._other(stamp, said)
        at = int(number[1])
        if at < self.mark.number:
            return b""
        self._known = False
        missing = at - self.mark.number
        self.mark = Mark(at + 1, stamp)
        record = said[: number.start()] + b"}\n"
        if self._later and _EVENT in record[:100]:
            record = self._renumbered(record)
        return (_gap(missing, stamp) if missing else b"") + record

    def _other(self, stamp: str, said: bytes) -> bytes:
        """Take in a line that is no record; its time tells whether it is there already."""
        if _seconds(stamp) is None:
            return b""  # the node's own words about the log, such as that it is gone
        if self._known and stamp.rstrip("Z") <= self.mark.stamp.rstrip("Z"):
            return b""
        self.mark = Mark(self.mark.number, stamp)
        text = records.TextRecords(_AGENT, "stderr")
        return text.feed(said if said.endswith(b"\n") else said + b"\n", _seconds(stamp))

    def _renumbered(self, line: bytes) -> bytes:
        """Count the attempts that the agent does not know of into an event's number."""
        for record in records.parse(line):
            if isinstance(record.get("attempt"), int):
                record["attempt"] += self._later
                text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
                return text.encode("utf-8", "replace") + b"\n"
        return line


def _gap(missing: int, stamp: str) -> bytes:
    """Return the record that says that some are missing: the node had thrown them away."""
    return records.event("records_lost", _AGENT, _seconds(stamp), count=missing)


def _seconds(stamp: str) -> float | None:
    # Nanoseconds, as Go writes them, are three digits more than Python reads.
    found = re.fullmatch(r"(\d+-\d+-\d+T\d+:\d+:\d+)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)", stamp)
    if found is None:
        return None
    fraction = (found[2] or "0").ljust(6, "0")
    return datetime.fromisoformat(f"{found[1]}.{fraction}{found[3]}").timestamp()
