"""Types that every layer's nouns are made of."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGTP]?)(i?)B?\s*", re.IGNORECASE)


def parse_size(value: Any) -> Any:
    """Return ``"16GiB"``, ``"500 MB"`` or a number as bytes; other values unchanged."""
    if not isinstance(value, str):
        return value
    match = _SIZE.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is not a size; write 16GiB, 500MB or a number of bytes")
    number, prefix, binary = match.groups()
    power = " KMGTP".index(prefix.upper() or " ")
    return int(float(number) * (1024 if binary or not prefix else 1000) ** power)


Bytes = Annotated[int, BeforeValidator(parse_size), Field(ge=0)]
"""A size in bytes; text such as ``16GiB`` is understood."""


class Strict(BaseModel):
    """A model that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")
