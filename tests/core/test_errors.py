"""Errors: both ways through a problem document, and no secret in any text."""

from __future__ import annotations

import pytest

from ogai_lab.core.errors import (
    InvalidInput,
    MissingExtra,
    OgaiError,
    from_problem,
    redact,
    require,
)

SECRET = "s3cr3tV4lue"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization=token {SECRET}",
        f"GET /x?token={SECRET}&after=1",
        f"postgresql+psycopg://me:{SECRET}@host/name",
        f"password={SECRET}",
        f"HF_TOKEN={SECRET} python train.py",
        f"api_key: {SECRET}",
        f'"token": "{SECRET}"',
        f"'password': '{SECRET}'",
        f"{{'AWS_SECRET_ACCESS_KEY': '{SECRET}'}}",
        f"ogk.1f2e-33.{SECRET}",
        f"--token {SECRET}",
        f"s3://key:{SECRET}@bucket/prefix",
    ],
)
def test_redact_hides(text: str) -> None:
    assert SECRET not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "the tokenizer has 32000 tokens",
        "12 tokens per second",
        "tokens: 2048, tokenizer: bpe",
        "http://localhost:8888/lab",
        "job 1234 failed: rank 3 exited with 1",
    ],
)
def test_redact_leaves_what_is_no_secret(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("kind", OgaiError.__subclasses__())
def test_every_kind_survives_the_way_over_http(kind: type[OgaiError]) -> None:
    error = kind("It broke.", cause="Old age.", action="Buy another.", field="spec.nodes")
    back = from_problem(error.to_problem())
    assert (type(back), back.message, back.cause, back.action, back.field) == (
        kind,
        "It broke.",
        "Old age.",
        "Buy another.",
        "spec.nodes",
    )


def test_no_form_of_an_error_holds_a_secret() -> None:
    error = OgaiError(f"token={SECRET}", cause=f"password={SECRET}", action=f"?token={SECRET}")
    forms = [str(error), str(error.to_problem()), "".join(error._render_traceback_())]
    assert SECRET not in "".join(forms)


def test_a_problem_from_a_newer_server_is_still_an_error() -> None:
    assert type(from_problem({"code": "invented", "detail": "x"})) is OgaiError
    assert from_problem({}).message == "unknown error"


def test_input_errors_are_value_errors() -> None:
    assert issubclass(InvalidInput, ValueError)


def test_a_missing_extra_says_what_to_run() -> None:
    with pytest.raises(MissingExtra) as caught:
        require("ogai_no_such_module.part", "data")
    assert "pip install 'ogai-lab[data]'" in caught.value.action


def test_no_form_of_an_error_speaks_to_the_terminal() -> None:
    hostile = "\x1b[2Jred\x07\r\nnext\x1b]0;title\x07"
    error = OgaiError(hostile, cause=hostile, action=hostile)
    for form in (str(error), "\n".join(error._render_traceback_())):
        assert set(form) & set("\x1b\x07\r") == set()
        assert form.count("red\nnext") == 3
