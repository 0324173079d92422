from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.data.kernels import pii
from ogai_lab.data.kernels.numbers import KINDS
from ogai_lab.data.kernels.text import texts

sys.path.insert(0, str(Path(__file__).parent))
import oracle_pii as oracle

_PARTS = [
    "a.b+c@mail.example.com", "x@y.cn", "@", ".", "-", " ", "+", "(", ")", "电话", "请", "é", "🎉",
    "a", "8", "0", "13800138000", "138 0013 8000", "86-", "0086", "+86", "0571-88886666",
    "010 6554321", "212-555-0123", "(415) 555-2671", "11010519491231002X", "110101199003070011",
    "8.8.8.8",
    "192.168.1.1", "256.1.1.1", "1.2.3.4.5", "6222021234567890128", "4111 1111 1111 1111",
    "378282246310005", "5555-5555-5555-4444", "20240229", "123", "4567", "89", "X", "_",
]  # fmt: skip
TEXT = st.lists(st.one_of(st.sampled_from(_PARTS), st.text(max_size=2)), max_size=9).map("".join)


def found(text: str, private: bool = False) -> list[tuple[str, str]]:
    column = texts(pa.array(["之前 13900139000", text], pa.large_string()))
    spans = pii.find(column, private)
    data = text.encode()
    return [
        (data[start:end].decode(), KINDS[kind])
        for row, start, end, kind in zip(*spans, strict=True)
        if row == 1
    ]


@given(TEXT, st.booleans())
@settings(max_examples=600, deadline=None)
def test_what_is_found_is_what_the_oracle_finds(text: str, private: bool) -> None:
    text = text.encode("utf-8", "replace").decode()
    expected = [(text[a:b], kind) for a, b, kind in oracle.find(text, private)]
    assert found(text, private) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800138000请拨打", [("13800138000", "phone")]),
        ("+86 138-0013-8000。", [("+86 138-0013-8000", "phone")]),
        ("编号138001380001不是电话", []),
        ("身份证11010519491231002X，", [("11010519491231002X", "id")]),
        ("身份证110105194912310021", []),  # its check digit is wrong
        ("卡号6222021234567890128转账", [("6222021234567890128", "card")]),
        ("卡号6222021234567890127", []),  # Luhn says no
        ("联系 13800138000@qq.com 或", [("13800138000@qq.com", "email")]),
        ("Mail to me@example.co.uk.", [("me@example.co.uk", "email")]),
        ("@someone, a@b, a@b.c", []),
        ("at 8.8.8.8, 10.0.0.1 and 1.2.3", [("8.8.8.8", "ip")]),
        ("2024-01-01 12:00, 100-200-3000, 3.14159265358979", []),
        ("tel. 212-555-0123 or", [("212-555-0123", "phone")]),
        ("电话 010-65543210", [("010-65543210", "phone")]),
    ],
)  # fmt: skip
def test_by_example(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_a_mark_stands_where_something_was() -> None:
    column = texts(pa.array(["é a@b.cn, 13800138000!", "", "none", "8.8.8.8"], pa.large_string()))
    marks = [b"<m>", b"", b"<phone>", b"<i>", b"<c>"]
    data, offsets = pii.replace(column, pii.find(column), marks)
    parts = [bytes(data[a:b]).decode() for a, b in itertools.pairwise(offsets)]
    assert parts == ["é <m>, <phone>!", "", "none", ""]
