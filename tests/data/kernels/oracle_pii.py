"""What the kernels of `pii` and `numbers` find, said again in plain Python over characters."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from datetime import date

Span = tuple[int, int, str]
_ID = re.compile(r"[0-9]{17}[Xx]|[0-9]{18}(?![0-9])", re.ASCII)
_IP = re.compile(
    r"(?<![A-Za-z0-9.])[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![A-Za-z0-9_])(?!\.[0-9])"
)
_MOBILE = re.compile(
    r"(?:(?:(?:00)?86[ -])?1[3-9][0-9](?:[0-9]{8}|([ -])[0-9]{4}\1?[0-9]{4})"
    r"|(?:00)?861[3-9][0-9]{9})(?![0-9])"
)
_LANDLINE = re.compile(
    r"0[0-9]{2,3}[- ][0-9]{7,8}(?![0-9])|[2-9][0-9]{2}([-.])[2-9][0-9]{2}\1[0-9]{4}(?![0-9])"
)
_CARD = re.compile(r"[0-9]{4}(?:([ -])(?:[0-9]{4}\1)*[0-9]+|[0-9]*)")
_ABROAD = re.compile(r"\+[1-9](?:[ .-]?[0-9]|[ .-]?[()][ .-]?[0-9])*")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9-]*(?<!-)\.)+[A-Za-z]{2,}(?![A-Za-z0-9])")
_DIGITS = "0123456789"


def find(text: str, private: bool = False) -> list[Span]:
    """Return what is found: characters ``[start, end)`` and its kind."""
    found: list[Span] = []
    at = 0
    while at < len(text):
        span: Span | None = None
        if text[at] == "@":
            span = _email(text, at)
            while span and found and found[-1][0] >= span[0]:
                found.pop()
            if span and found and span[0] < found[-1][1]:
                span = None
        elif text[at] == "+":
            span = next(_abroad(text, at), None)
        elif text[at] in _DIGITS:
            span = next(_number(text, at, private), None)
            if span is None:
                while at < len(text) and text[at] in _DIGITS:
                    at += 1
                continue
        if span:
            found.append(span)
        at = max(at + 1, span[1] if span else 0)
    return found


def _email(text: str, at: int) -> Span | None:
    start = at
    while start > 0 and at - start < 64 and text[start - 1] in _LOCAL:
        start -= 1
    while start < at and text[start] in ".-":
        start += 1
    if start == at or text[at - 1] == ".":
        return None
    domain = _DOMAIN.match(text, at + 1)
    return (start, domain.end(), "email") if domain else None


def _number(text: str, at: int, private: bool) -> Iterator[Span]:
    if (match := _ID.match(text, at)) and _identity(match[0]):
        yield at, match.end(), "id"
    if (match := _IP.match(text, at)) and _address(match[0], private):
        yield at, match.end(), "ip"
    if match := _MOBILE.match(text, at):
        yield at, match.end(), "phone"
    if (match := _CARD.match(text, at)) and _card(re.sub("[^0-9]", "", match[0])):
        yield at, match.end(), "card"
    if match := _LANDLINE.match(text, at):
        yield at, match.end(), "phone"


def _abroad(text: str, at: int) -> Iterator[Span]:
    match = _ABROAD.match(text, at)
    if match and 8 <= sum(one in _DIGITS for one in match[0]) <= 15:
        yield at, match.end(), "phone"


def _identity(text: str) -> bool:
    provinces = [11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46]
    provinces += [50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91]
    try:
        day = date(2000, int(text[10:12]), int(text[12:14]))  # any 29 February is taken
    except ValueError:
        return False
    total = sum(int(one) * 2 ** (17 - place) for place, one in enumerate(text[:17]))
    last = 10 if text[17] in "Xx" else int(text[17])
    right = (total + last) % 11 == 1
    return bool(day) and int(text[:2]) in provinces and 1900 <= int(text[6:10]) < 2100 and right


def _address(text: str, private: bool) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    hidden = ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "100.64.0.0/10")
    hidden += ("169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
    return private or not any(address in ipaddress.IPv4Network(net) for net in hidden)


def _card(digits: str) -> bool:
    four = int(digits[:4])
    size = len(digits)
    known = (
        (size in range(16, 20) and (digits[:2] == "62" or four == 9558))
        or (digits[0] == "4" and size in (13, 16, 19))
        or (size == 16 and ("51" <= digits[:2] <= "55" or 2221 <= four <= 2720))
        or (size == 15 and digits[:2] in ("34", "37"))
        or (size == 16 and (four == 6011 or digits[:2] == "65"))
    )
    total = sum(
        sum(map(int, str(int(one) * 2))) if place % 2 else int(one)
        for place, one in enumerate(reversed(digits))
    )
    return known and total % 10 == 0
