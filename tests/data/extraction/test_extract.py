import pyarrow as pa
import pytest

from ogai_lab.data.extraction import fast
from ogai_lab.data.stages import build
from ogai_lab.data.types import StageSpec
from tests.data import corpus


def extracted(
    *pages: bytes | None, types: list[str] | None = None, **options: object
) -> pa.RecordBatch:
    batch = pa.record_batch(
        {
            "text": pa.array(["own"] * len(pages), pa.large_string()),
            "bytes": pa.array([3] * len(pages), pa.int64()),
            "html": pa.array(pages, pa.large_binary()),
            "content_type": pa.array(types or [None] * len(pages), pa.string()),
        }
    )
    return build(StageSpec(stage="extract", options=dict(options))).process(batch)


@pytest.mark.parametrize("mode", ["fast", "precise"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_content_stays_and_menus_go(mode: str, language: str) -> None:
    found = extracted(corpus.page(language, 7, 8).encode(), mode=mode)
    (text,) = found["text"].to_pylist()
    for n in range(24):
        assert corpus.sentence(language, 7000 + n) in text
    assert not any(word in text for word in corpus._MENU[language])
    assert found["title"].to_pylist() == [f"{language} 7"]
    assert found["bytes"].to_pylist() == [len(text.encode())]
    assert found["extract_fault"].to_pylist() == [None]


def test_what_is_no_html_stays_as_it_is() -> None:
    found = extracted(None, b"<b> a < b", types=["text/html", "text/plain; charset=utf-8"])
    assert found["text"].to_pylist() == ["own", "<b> a < b"]
    assert found["encoding"].to_pylist() == [None, "utf-8"]


def test_a_page_of_many_levels_takes_no_longer_than_its_size() -> None:
    deep = b"<div>" * 100_000 + b"hello" + b"</div>" * 100_000
    hidden = b"<div></x>" * 50_000 + b"hello"  # closes what was never open
    tables = b"<table><tr><td>" * 5_000 + b"hello"
    wide = corpus.page("en", 1).encode() + b"<div><p>line of text</p></div>" * 20_000
    found = extracted(deep, hidden, tables, wide)
    assert found["extract_fault"].to_pylist() == [fast.TOO_DEEP] * 3 + [None]
    assert [text.strip()[-5:] for text in found["text"].to_pylist()[:3]] == ["hello"] * 3


def test_a_page_that_takes_too_long_gives_a_fault_and_the_next_its_text() -> None:
    slow = b"<p>" + b"<b>some words here</b> " * 300_000
    good = corpus.page("en", 3).encode()
    found = extracted(slow, good, mode="precise", seconds=2)
    fault, none = found["extract_fault"].to_pylist()
    assert fault.startswith("TimeoutError")
    assert none is None
    assert found["text"].to_pylist()[0] == ""
    assert corpus.sentence("en", 3000) in found["text"].to_pylist()[1]


def test_nothing_crashes_it() -> None:
    pages = [
        b"",
        b"\x00" * 1000,
        b"<",
        b"<!--",
        b"<a href='" * 1000,
        bytes(range(256)) * 20,
        b"\xff\xfe",
    ]
    found = extracted(*pages)
    assert found.num_rows == len(pages)
    assert found["text"].null_count == 0
