import pytest

from ogai_lab.data.extraction.decoding import decode

SIMPLE = "<html><head>{meta}</head><p>训练数据的质量决定模型的质量，清洗网页文字是第一步。</p>"
TRADITIONAL = "<html><p>訓練資料的品質決定模型的品質，清洗網頁文字是第一步。</p>"
META = '<meta http-equiv="Content-Type" content="text/html; charset={}">'
DECLARED = SIMPLE.replace("{meta}", META.format("gb2312"))


@pytest.mark.parametrize(
    ("text", "stored", "header", "found"),
    [
        (SIMPLE, "utf-8", "text/html; charset=gbk", "utf-8"),
        (SIMPLE, "gbk", "text/html; charset=GBK", "gb18030"),
        (DECLARED, "gbk", None, "gb18030"),
        (DECLARED, "gbk", "text/html; charset=ISO-8859-1", "gb18030"),
        (SIMPLE, "gb18030", "text/html", "gb18030"),
        (TRADITIONAL, "big5", "text/html; charset=big5", "big5hkscs"),
        (TRADITIONAL, "big5", "text/html; charset=iso-8859-1", "big5hkscs"),
        ("<p>naïve café", "latin-1", "text/html; charset=iso-8859-1", "windows-1252"),
        ("<p>naïve – café", "utf-16", None, "utf-16-le"),
        (SIMPLE, "hz", "text/html; charset=hz-gb-2312", "hz"),
        ("<?xml version='1.0' encoding='koi8-r'?><p>привет, это текст", "koi8-r", None, "koi8-r"),
        ("<p>привет", "utf-8", "text/html; charset=base64", "utf-8"),
    ],
)  # fmt: skip
def test_a_page_is_read_as_it_was_written(
    text: str, stored: str, header: str | None, found: str
) -> None:
    decoded = decode(text.encode(stored), header)
    assert decoded == (text, found, 0)


def test_bytes_of_no_encoding_are_counted() -> None:
    decoded = decode("好的文字\ufffd".encode() + b"\xff\xfe" + "继续写下去".encode())
    assert (decoded.encoding, decoded.errors) == ("utf-8", 2)
    assert decode(b"").text == ""
    assert decode(bytes(range(256)) * 4, "text/html; charset=nonsense").text
