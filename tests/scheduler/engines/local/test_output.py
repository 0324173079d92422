"""What ranks print survives: binary, huge lines, halves of characters, and full speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ogai_lab.scheduler.spec import ExitKind

WRITE = "import os\ndef write(data):\n    while data:\n        data = data[os.write(1, data):]\n"


def test_bytes_that_are_no_text_and_characters_cut_in_half(bench):
    source = (
        WRITE
        + r"""
write(b"\xff\xfe\x00\x1b[31mred\x1b[0m\n")
import time
for part in (b"caf\xc3", b"\xa9\n", b"last \xe2\x82"):
    write(part); time.sleep(0.1)
"""
    )
    job = bench.start(source)
    bench.wait(job)
    assert bench.text(job) == ["��\x00\x1b[31mred\x1b[0m", "café", "last �"]


def test_a_line_of_ten_megabytes_arrives_in_parts(bench):
    job = bench.start(WRITE + "write(b'x' * 10_000_000 + b'\\nnext\\n')")
    bench.wait(job)
    texts = [r for r in bench.records(job) if r["kind"] == "text"]
    assert "".join(r["text"] for r in texts[:-1]) == "x" * 10_000_000
    assert all(r.get("more") for r in texts[:-2])
    assert texts[-1]["text"] == "next"


def test_eight_ranks_at_full_speed_lose_nothing(bench):
    job = bench.start(["seq", "1", "30000"], processes=8)
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    said: dict[int, list[str]] = {}
    for record in bench.records(job):
        if record["kind"] == "text":
            said.setdefault(record["rank"], []).append(record["text"])
    expected = [str(number) for number in range(1, 30001)]
    assert said == dict.fromkeys(range(8), expected)


@pytest.mark.slow
def test_a_gigabyte_is_kept_and_the_agent_stays_small(bench):
    source = (
        WRITE + "block = (b'y' * 999 + b'\\n') * 1000\nfor _ in range(1000):\n    write(block)\n"
    )
    source += "import time; time.sleep(1)"
    job = bench.start(source)
    agent = bench.agent_pid(job)
    peak = 0

    def ended():
        nonlocal peak
        try:
            with Path(f"/proc/{agent}/status").open() as file:
                peak = max(
                    peak, *(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
                )
        except (FileNotFoundError, ValueError, TypeError):
            pass
        return bench.engine.look(job).state == "ended"

    bench.until(ended, 120)
    assert bench.engine.look(job).exit.kind is ExitKind.SUCCEEDED
    size = (bench.folder(job) / "records.jsonl").stat().st_size
    assert size > 1_000_000_000
    assert peak < 150_000  # kB
