"""Addresses of the web and of mail, which stay one word."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from ogai_lab.data.kernels.compiled import compiled

_STOP = 0x2E


@compiled
def is_address(  # noqa: C901 - one walk from left to right
    data: NDArray[Any], place: NDArray[Any], lo: int, hi: int
) -> bool:
    """Say whether this is an address of the web or of mail, which marks within do not part."""
    at = lo
    i = lo
    while i + 2 < hi:  # a scheme
        if data[place[i]] == 0x3A and data[place[i + 1]] == 0x2F and data[place[i + 2]] == 0x2F:
            at = i + 3
            break
        if not _alphanumeric(data[place[i]]):
            break
        i += 1
    for i in range(at, hi):  # a user
        if data[place[i]] == 0x40:
            at = i + 1
            break
        if data[place[i]] == 0x2F:
            break
    labels, size, small = 0, 0, True
    while at < hi:
        one = data[place[at]]
        if _alphanumeric(one) or one >= 0x80 or ((one == 0x2D or one == 0x5F) and size > 0):
            small = small and 0x61 <= one <= 0x7A
            size += 1
        elif one == _STOP and size > 0:
            labels, size, small = labels + 1, 0, True
        else:
            break
        at += 1
    if labels == 0 or size < 2 or not small:
        return False
    if at < hi and data[place[at]] == 0x3A:  # a port
        at += 1
        digits = at
        while at < hi and 0x30 <= data[place[at]] <= 0x39:
            at += 1
        if at - digits < 2 or at - digits > 5:
            return False
    if at == hi:
        return True
    one = data[place[at]]
    return bool(one == 0x2F or one == 0x3F or one == 0x23)


@compiled
def _alphanumeric(one: int) -> bool:
    return 0x30 <= one <= 0x39 or 0x41 <= one <= 0x5A or 0x61 <= one <= 0x7A
