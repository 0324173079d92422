"""Kubernetes' quantities as numbers: ``100m`` cores, ``32Gi`` bytes, ``8`` devices."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

_SHAPE = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?")
_FACTORS = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    **{letter: 1000.0 ** (power + 2) for power, letter in enumerate("MGTPE")},
    **{f"{letter}i": 1024.0 ** (power + 1) for power, letter in enumerate("KMGTPE")},
}


@functools.lru_cache(maxsize=4096)
def number(text: str) -> float:
    """Return a quantity as a number; what is none counts as 0, as nothing can be had of it."""
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        return 0.0
    digits, suffix, power = match.groups()
    if power is not None:
        return float(f"{digits}e{power}")
    return float(digits) * _FACTORS.get(suffix or "", 1.0)


def numbers(quantities: Mapping[str, object] | None) -> dict[str, float]:
    """Return the quantities of resources as numbers, without those of which there are none."""
    found = {name: number(str(value)) for name, value in (quantities or {}).items()}
    return {name: value for name, value in found.items() if value}


def total(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the sum of quantities of resources."""
    summed: dict[str, float] = {}
    for part in parts:
        for name, value in part.items():
            summed[name] = summed.get(name, 0.0) + value
    return summed


def largest(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the largest quantity of each resource."""
    most: dict[str, float] = {}
    for part in parts:
        for name, value in part.items():
            most[name] = max(most.get(name, 0.0), value)
    return most
