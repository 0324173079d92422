from __future__ import annotations

import json
import re

import pytest

from ogai_lab.scheduler.logs.levels import candidates, level_of

LINES = {
    "error": [
        "2026-11-24 10:00:00,123 - train - ERROR - no such file",
        "[rank0]: Traceback (most recent call last):"[9:].strip(),
        '  File "/x/train.py", line 12, in <module>',
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB",
        "E1124 10:00:00.000000 12 loader.cc:7] broken",
        'time=10:00 level=error msg="no"',
        '{"severity": "CRITICAL", "message": "x"}',
        "error: cannot open file",
        "Segmentation fault (core dumped)",
        "KeyboardInterrupt\x20and ValueError: x",
    ],
    "warning": [
        "WARNING:root:slow",
        "node3:12:34 [0] NCCL WARN Call to connect returned Connection refused",
        "/x/y.py:3: UserWarning: deprecated",
        "[warn] low",
        "W1124 10:00:00 a",
    ],
    "info": [
        "INFO: no ERROR so far",
        "I1124 10:00:00 a",
        "[info] error handling is on",
        "NCCL INFO x",
    ],
    "debug": ["DEBUG x", "[trace] y"],
    "other": [
        "",
        "step 10 loss 0.12",
        "error=0.12 accuracy=0.9",
        "validation error: 0.12",
        "my_errors.txt",
        "terror and information",
    ],
}
PAIRS = [(level, line) for level, lines in LINES.items() for line in lines]


@pytest.mark.parametrize(("level", "line"), PAIRS)
def test_the_level_of_a_line(level: str, line: str) -> None:
    assert level_of(line) == level


@pytest.mark.parametrize(("level", "line"), [pair for pair in PAIRS if pair[0] != "other"])
def test_no_line_of_a_level_slips_through_the_sieve(level, line: str) -> None:
    pattern = candidates([level])
    assert pattern is not None
    assert re.search(pattern, json.dumps({"text": line}), re.IGNORECASE)


def test_anything_may_be_another_line() -> None:
    assert candidates(["error", "other"]) is None
