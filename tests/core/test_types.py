"""A bad value is answered as an operation answers it; within models pydantic goes on as ever."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.types import Strict


class Leaf(Strict):
    size: int = 1


class Tree(Strict):
    leaf: Leaf


def test_what_is_made_of_bad_values_says_which_and_what_to_do() -> None:
    with pytest.raises(InvalidInput, match="valid integer") as caught:
        Leaf(size="many")
    assert caught.value.field == "size"
    assert caught.value.action == "Correct size and try again."
    with pytest.raises(InvalidInput) as caught:
        Tree(leaf={"size": "many"})
    assert caught.value.field == "leaf.size"


def test_validation_of_data_raises_what_pydantic_raises() -> None:
    with pytest.raises(ValidationError):
        Tree.model_validate({"leaf": {"size": "many"}})
