"""What a number in a text is: an address, a telephone, an identity, a bank card.

What is a number by itself is told by what stands beside it: no digit may follow or come before. A
word boundary would not do, for in Chinese a number stands between letters. Identity numbers and
cards must have the right check digit (GB 11643-1999; ISO/IEC 7812, Luhn).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels.compiled import compiled

KINDS = ("email", "ip", "phone", "id", "card")
EMAIL, _IP, _PHONE, _ID, _CARD = range(len(KINDS))
_PLUS_SIGN = 0x2B
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_PROVINCES = np.zeros(100, np.bool_)
for _first, _last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71)):
    _PROVINCES[_first : _last + 1] = True
_PROVINCES[[81, 82, 83, 91]] = True


@compiled
def _digit(data: NDArray[Any], at: int, hi: int) -> bool:
    return at < hi and 0x30 <= data[at] <= 0x39


@compiled
def alphanumeric(one: int) -> bool:
    """Say whether a byte is an ASCII letter or digit."""
    return 0x30 <= one <= 0x39 or 0x41 <= one <= 0x5A or 0x61 <= one <= 0x7A


@compiled
def number(data: NDArray[Any], lo: int, hi: int, at: int, private: bool) -> tuple[int, int]:
    """Return where what begins with this digit or plus ends, and its kind, -1 for none."""
    if data[at] == _PLUS_SIGN:
        end = _abroad(data, hi, at)
        return (end, _PHONE) if end > at else (at + 1, -1)
    run = at
    while _digit(data, run, hi):
        run += 1
    size = run - at
    if size == 17 and run < hi and (data[run] == 0x58 or data[run] == 0x78):
        if _identity(data, at):
            return run + 1, _ID
    elif size == 18 and _identity(data, at):
        return run, _ID
    if size <= 3:
        end = _address(data, lo, hi, at, private)
        if end > at:
            return end, _IP
    end = _mobile(data, hi, at, size)
    if end > at:
        return end, _PHONE
    end = _card(data, hi, at)
    if end > at:
        return end, _CARD
    end = _landline(data, hi, at, size)
    if end > at:
        return end, _PHONE
    # Digits that a mark or a dot joins are one thing: its parts are not looked at again.
    return run, -1


@compiled
def _identity(data: NDArray[Any], at: int) -> bool:
    """Say whether 18 characters are an identity number: place, day of birth, check digit."""
    if not _PROVINCES[(data[at] - 0x30) * 10 + data[at + 1] - 0x30]:
        return False
    year, month, day = 0, 0, 0
    for i in range(6, 10):
        year = year * 10 + data[at + i] - 0x30
    for i in range(10, 12):
        month = month * 10 + data[at + i] - 0x30
    for i in range(12, 14):
        day = day * 10 + data[at + i] - 0x30
    if not (1900 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    total = 0
    for i in range(17):
        total += (data[at + i] - 0x30) * _WEIGHTS[i]
    last = data[at + 17]
    return bool((0x58 if last == 0x78 else last) == _CHECKS[total % 11])


@compiled
def _address(data: NDArray[Any], lo: int, hi: int, at: int, private: bool) -> int:
    """Return where the IPv4 address that begins here ends, `at` where none does."""
    if at > lo and (data[at - 1] == 0x2E or alphanumeric(data[at - 1])):
        return at
    place, value = at, 0
    for part in range(4):
        number, size = 0, 0
        while size < 3 and _digit(data, place, hi):
            number = number * 10 + data[place] - 0x30
            place, size = place + 1, size + 1
        if size == 0 or number > 255 or (size > 1 and data[place - size] == 0x30):
            return at
        value = (value << 8) | number
        if part < 3:
            if place >= hi or data[place] != 0x2E:
                return at
            place += 1
    if place < hi and (alphanumeric(data[place]) or data[place] == 0x5F):
        return at
    if data[min(place, hi - 1)] == 0x2E and _digit(data, place + 1, hi):
        return at
    return place if private or _is_public(value) else at


@compiled
def _is_public(value: int) -> bool:
    a, b = value >> 24, (value >> 16) & 255
    if a == 0 or a == 10 or a == 127 or a >= 224:
        return False
    if a == 100:
        return not 64 <= b <= 127
    if a == 169:
        return b != 254
    if a == 172:
        return not 16 <= b <= 31
    return not (a == 192 and b == 168)


@compiled
def _mobile(data: NDArray[Any], hi: int, at: int, size: int) -> int:
    """Return where a Chinese mobile number (11 digits, perhaps after 86) ends."""
    place = at
    if size in (2, 4, 13, 15):
        code = at + size - 2 if size < 5 else at + size - 13
        zeros = code - at == 2 and data[at] == 0x30 and data[at + 1] == 0x30
        if data[code] != 0x38 or data[code + 1] != 0x36 or not (zeros or code == at):
            return at
        place = code + 2
        if size < 5:
            if place >= hi or not (data[place] == 0x20 or data[place] == 0x2D):
                return at
            place += 1
    return _eleven(data, hi, place, at)


@compiled
def _eleven(data: NDArray[Any], hi: int, place: int, at: int) -> int:
    """Return where 1[3-9] and nine digits end, in one piece or parted 3-4-4."""
    if place + 1 >= hi or data[place] != 0x31 or not 0x33 <= data[place + 1] <= 0x39:
        return at
    digits, mark = 0, 0
    while place < hi and digits < 11:
        one = data[place]
        if 0x30 <= one <= 0x39:
            digits += 1
        elif (one == 0x20 or one == 0x2D) and (digits == 3 or (digits == 7 and one == mark)):
            if data[place - 1] == one:
                return at
            mark = one
        else:
            return at
        place += 1
    return place if digits == 11 and not _digit(data, place, hi) else at


@compiled
def _card(data: NDArray[Any], hi: int, at: int) -> int:
    """Return where a bank card's number ends: known first digits, 13 to 19 in all, Luhn."""
    digits, place, mark, group = 0, at, 0, 0
    number = np.empty(20, np.int64)
    while place < hi and digits < 20:
        one = data[place]
        if 0x30 <= one <= 0x39:
            number[digits] = one - 0x30
            digits, group = digits + 1, group + 1
        elif (one == 0x20 or one == 0x2D) and group == 4 and _digit(data, place + 1, hi):
            if mark != 0 and one != mark:
                break
            mark, group = one, 0
        else:
            break
        place += 1
    if digits < 13 or digits > 19 or not _issuer(number, digits):
        return at
    total = 0
    for i in range(digits):
        one = number[digits - 1 - i]
        if i % 2 == 1:
            one = one * 2 - 9 if one > 4 else one * 2
        total += one
    return place if total % 10 == 0 else at


@compiled
def _issuer(number: NDArray[Any], digits: int) -> bool:
    """Say whether an issuer's numbers begin so and have so many digits."""
    two, four = number[0] * 10 + number[1], 0
    for i in range(4):
        four = four * 10 + number[i]
    if two == 62 or four == 9558:  # UnionPay; ICBC's older cards
        return digits >= 16
    if number[0] == 4:  # Visa
        return digits in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:  # Mastercard
        return digits == 16
    if two == 34 or two == 37:  # American Express
        return digits == 15
    return (four == 6011 or two == 65) and digits == 16  # Discover


@compiled
def _landline(data: NDArray[Any], hi: int, at: int, size: int) -> int:
    """Return where a telephone number with its area code ends: 0571-88888888, 212-555-0123."""
    place = at + size
    if place >= hi or data[place] not in (0x2D, 0x20, 0x2E):
        return at
    mark, second = data[place], place + 1
    end = second
    while _digit(data, end, hi):
        end += 1
    behind = end - second
    if size in (3, 4) and data[at] == 0x30 and mark != 0x2E and behind in (7, 8):
        return end
    if size != 3 or data[at] < 0x32 or behind != 3 or end >= hi or data[end] != mark:
        return at
    if mark == 0x20:  # 100 200 3000 may be any three numbers
        return at
    third = end + 1
    end = third
    while _digit(data, end, hi):
        end += 1
    return end if end - third == 4 and data[second] >= 0x32 else at


@compiled
def _abroad(data: NDArray[Any], hi: int, at: int) -> int:
    """Return where an international number ends: + and 8 to 15 digits (E.164), parted at will."""
    if not _digit(data, at + 1, hi) or data[at + 1] == 0x30:
        return at
    digits, place, end, open_ = 0, at + 1, at, 0
    while place < hi:
        one = data[place]
        if 0x30 <= one <= 0x39:
            digits += 1
            end = place + 1
        elif one == 0x28 and open_ == 0:
            open_ = 1
        elif one == 0x29 and open_ == 1:
            open_ = 2
        elif not (one == 0x20 or one == 0x2D or one == 0x2E) or place - end > 1:
            break
        place += 1
    return end if 8 <= digits <= 15 else at
