"""Why an attempt ended, in words: from how its first rank ended and what that said last."""

from __future__ import annotations

import re
import signal
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ogai_lab.core.records import plain

Exit = Dict[str, Any]
_LONGEST = 4000
_CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS")
_ERROR_LINE = re.compile(
    r"^(?:[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning)\b.*|MemoryError)$"
)
_OUT_OF_MEMORY = re.compile(
    r"^(?:MemoryError\b|torch\.(?:cuda\.)?OutOfMemoryError\b|.*CUDA out of memory)"
)
_STORAGE_FULL = re.compile(r"(?i)\bno space left\b|\bdisk quota exceeded\b")

_ACTIONS = {
    "program_error": "Read the last lines of that rank (ogai logs), mend it and submit again.",
    "signal": "A crash in native code: run it again with PYTHONFAULTHANDLER=1 to see where.",
    "killed": "Somebody or something outside the job ended it; submit it again, or allow restarts.",
    "out_of_memory": "Ask for more memory (memory=), or use less: a smaller batch, fewer ranks.",
    "hang": "Look at what that rank did last; often another rank never joined a collective.",
    "timeout": "Give the job a longer timeout, or make it save and resume.",
    "node_lost": "Submit it again, or allow restarts for node_lost.",
    "start_failed": "Check the name and that it is installed on the node, then submit it again.",
    "storage_full": "Free some space on that disk, then submit it again.",
}


def exit_of(kind: str, message: str, **more: Any) -> Exit:
    """Return an exit of a kind, with the action that belongs to it."""
    return {
        "kind": kind,
        "message": plain(message[:_LONGEST]),
        "action": _ACTIONS.get(kind, ""),
        **more,
    }


def rank_failed(
    how: Mapping[str, Any], tail: List[str], killed_for_memory: bool, full: Sequence[str] = ()
) -> Exit:
    """Return the exit of an attempt whose first failed rank ended like `how`.

    Parameters
    ----------
    how
        ``rank``, ``node``, and ``code`` or ``signal``.
    tail
        The last lines of that rank.
    killed_for_memory
        Whether the kernel killed a process for memory while the attempt ran.
    full
        The folders of the job whose disk has no room now: what a program says about a failed
        write often does not name the disk ("file write failed").
    """
    rank, code, number = how["rank"], how["code"], how["signal"]
    if number is None and code is not None and 128 < code <= 128 + 64:
        number = _signal_of_shell(code)
    error = _error_line(tail)
    first = {"first": dict(how), "tail": tail}
    if number is None:
        if error and _OUT_OF_MEMORY.match(error):
            return exit_of(
                "out_of_memory", f"Rank {rank} ran out of memory: {error[:500]}", **first
            )
        what = error[:500] if error else (tail[-1][:500] if tail else "it printed nothing")
        if _STORAGE_FULL.search(what):
            return exit_of("storage_full", f"Rank {rank} found a disk full: {what}", **first)
        if full:
            text = f"Rank {rank} exited while the disk of {full[0]} was full: {what}"
            return exit_of("storage_full", text, **first)
        return exit_of("program_error", f"Rank {rank} exited with code {code}: {what}", **first)
    name = _name(number)
    if name in _CRASHES:
        return exit_of("signal", f"Rank {rank} crashed with {name}.", **first)
    if number == signal.SIGKILL and killed_for_memory:
        text = f"Rank {rank} was killed by the kernel, which had run out of memory."
        return exit_of("out_of_memory", text, **first)
    return exit_of("killed", f"Rank {rank} was ended from outside by {name}.", **first)


def root_cause(failures: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the failure that the others followed from, given in the order they were heard of.

    The first, unless one was killed or crashed: its peers exit with an error of their own, of
    which the head may hear earlier, but no rank is killed by the error of another.
    """
    causes = (signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
    return next((how for how in failures if how["signal"] in causes), failures[0])


def _error_line(tail: List[str]) -> str:
    """Return the line that names the error of the last traceback."""
    return next((line for line in reversed(tail) if _ERROR_LINE.match(line)), "")


def _signal_of_shell(code: int) -> Optional[int]:
    """Return the signal in a shell's exit code, for those that end a process by themselves."""
    name = _name(code - 128)
    return code - 128 if name in (*_CRASHES, "SIGKILL", "SIGTERM") else None


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
