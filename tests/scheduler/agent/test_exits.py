from __future__ import annotations

import pytest

from ogai_lab.scheduler.agent.exits import rank_failed
from ogai_lab.scheduler.types import Exit


def failed(*, code=None, signal=None, tail=(), memory=False):
    how = {"rank": 3, "node": 1, "code": code, "signal": signal}
    return Exit.model_validate(rank_failed(how, list(tail), memory))


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"code": 1}, "program_error", "code 1: it printed nothing"),
        ({"code": 2, "tail": ["usage: x", "x: error: no"]}, "program_error", "x: error: no"),
        (
            {"code": 1, "tail": ["Traceback", "a.b.MyError: bad", ""]},
            "program_error",
            "MyError: bad",
        ),
        ({"code": 1, "tail": ["MemoryError"]}, "out_of_memory", "MemoryError"),
        (
            {"code": 1, "tail": ["torch.OutOfMemoryError: CUDA out of memory. Tried"]},
            "out_of_memory",
            "CUDA out of memory",
        ),
        (
            {"code": 1, "tail": ["Traceback", "OSError: [Errno 28] No space left on device: 'x'"]},
            "storage_full",
            "No space left on device: 'x'",
        ),
        ({"code": 1, "tail": ["cp: error writing 'x': Disk quota exceeded"]}, "storage_full", "cp"),
        (
            {"code": 1, "tail": ["There was no space left.", "ValueError: bad"]},
            "program_error",
            "ValueError: bad",
        ),
        ({"code": 1, "tail": ["\x1b[31mbad\x1b[0m"]}, "program_error", "code 1: bad"),
        ({"signal": 9}, "killed", "SIGKILL"),
        ({"signal": 9, "memory": True}, "out_of_memory", "kernel"),
        ({"code": 137, "memory": True}, "out_of_memory", "kernel"),
        ({"code": 137}, "killed", "SIGKILL"),
        ({"signal": 15}, "killed", "SIGTERM"),
        ({"signal": 11}, "signal", "SIGSEGV"),
        ({"code": 139}, "signal", "SIGSEGV"),
        ({"code": 130}, "program_error", "code 130"),
        ({"signal": 63}, "killed", "63"),
    ],
)
def test_how_the_first_rank_ended_becomes_a_reason(how, kind, words):
    found = failed(**how)
    assert found.kind == kind
    assert "ank 3" in found.message
    assert words in found.message
    assert found.action
    assert (found.first.rank, found.first.node) == (3, 1)
