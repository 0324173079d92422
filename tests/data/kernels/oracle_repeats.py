"""What the kernels for repeated pieces give, in plain Python."""

from __future__ import annotations

from tests.data.kernels.oracle_minhash import hashed, mixed

_BASE = 0x9E3779B97F4A7C15
_M = (1 << 64) - 1
Piece = tuple[int, int, int, int]
_SPACE = " \t\n\v\f\r"


def lines(found: list[str], sites: list[int], least: int) -> list[Piece]:
    pieces = []
    for row, (text, site) in enumerate(zip(found, sites, strict=True)):
        start = 0
        for line in text.split("\n"):
            end = start + len(line.encode()) + 1
            kept = line.strip(_SPACE)
            size = len(text.encode())
            if len(kept) >= least and start < size:
                pieces.append((hashed(kept.encode(), site), row, start, min(end, size)))
            start = end
    return pieces


def windows(found: list[str], length: int) -> list[Piece]:
    pieces = []
    for row, text in enumerate(found):
        values = [mixed(int.from_bytes(c.encode(), "big") + 1) for c in text]
        ends = [0]
        for c in text:
            ends.append(ends[-1] + len(c.encode()))
        for i in range(len(text) - length + 1):
            state = 0
            for value in values[i : i + length]:
                state = (state * _BASE + value) & _M
            pieces.append((mixed(state), row, ends[i], ends[i + length]))
    return pieces
