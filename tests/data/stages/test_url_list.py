from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from ogai_lab.data.stages.url_list import UrlList, UrlListOptions


def signals(url: str | None, **options: Any) -> tuple[Any, ...]:
    batch = pa.record_batch({"url": pa.array([url], pa.string()), "text": pa.array(["x"])})
    (row,) = UrlList(UrlListOptions.model_validate(options)).process(batch).to_pylist()
    return row["url_domain"], row["url_blocked"], row["url_words"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.Example.com:8080/a?b", ("example.com", True, 0)),
        ("http://deep.below.example.com/", ("deep.below.example.com", True, 0)),
        ("http://notexample.com/", ("notexample.com", False, 0)),
        ("http://good.example.com/x", ("good.example.com", False, 0)),
        ("example.com/no-scheme", ("example.com", True, 0)),
        ("http://a.b/free-porn/XXX.html", ("a.b", False, 2)),
        ("http://essex.gov.uk/expornable", ("essex.gov.uk", False, 0)),
        ("http://[broken", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_domains_and_words(url: str | None, expected: tuple[Any, ...]) -> None:
    options = {"blocked": ["www.EXAMPLE.com"], "allowed": ["good.example.com"]}
    assert signals(url, **options) == expected
