"""Types that every layer's nouns are made of."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
)
from pydantic._internal._model_construction import ModelMetaclass  # pydantic names it nowhere else

from ogai_lab.locale.sentences import for_reader

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
    if len(number) > 20:
        raise ValueError(f"{value[:20]!r}… is not a size of anything")
    return int(float(number) * (1024 if binary or not prefix else 1000) ** power)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise ValueError("this holds half of a character (a lone surrogate)") from exc
    if "\0" in value:
        raise ValueError("this holds a NUL character")
    return value


def _json_object(value: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as exc:
        raise ValueError(f"JSON cannot hold this: {exc}") from exc
    return value


Bytes = Annotated[int, BeforeValidator(parse_size), Field(ge=0)]
"""A size in bytes; text such as ``16GiB`` is understood."""


Text = Annotated[str, AfterValidator(_text)]
"""Text without NUL and without halves of characters, so that any database and process takes it."""

JsonObject = Annotated[dict[str, Any], AfterValidator(_json_object)]
"""Names and values that JSON can hold as they are: finite numbers, no objects of a program."""


Sentence = Annotated[str, PlainSerializer(for_reader, return_type=str)]
"""English for people; on its way to a reader of another language it is translated."""


class _Refusing(ModelMetaclass):
    """Answers a bad value where somebody writes `Recipe(...)` as an operation answers it."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - a metaclass
        try:
            return super().__call__(*args, **kwargs)
        except ValidationError as exc:
            from ogai_lab.core.operations import invalid

            raise invalid(exc) from None


class Strict(BaseModel, metaclass=_Refusing):
    """A model that refuses fields it does not know, and numbers that are none.

    Raises
    ------
    InvalidInput
        When it is made of bad values; `field` names the first. Within another model, and by
        `model_validate`, pydantic's own `ValidationError` is raised, as its validators expect.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
