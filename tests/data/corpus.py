"""Web pages made here, in both languages, and archives of them: tests need no network."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable, Sequence

_EN = "the model reads a shard of tokens and each batch is drawn from many sources"
_ZH = "模型 读取 数据 分片 每个 批次 来自 许多 来源 语言 训练 网页 文字 质量 重复 清洗"
_WORDS = {"en": _EN.split(), "zh": _ZH.split()}
_MENU = {"en": ["Home", "About", "Contact", "Log in"], "zh": ["首页", "关于", "联系", "登录"]}


def sentence(language: str, seed: int) -> str:
    """Return a sentence of 12 words that depends on nothing but its arguments."""
    chance = random.Random(f"{language}{seed}")
    words = [chance.choice(_WORDS[language]) for _ in range(12)]
    if language == "zh":
        return "".join(words) + f"第{seed}句。"
    return " ".join(words).capitalize() + f" number {seed}."


def page(language: str, seed: int, paragraphs: int = 4) -> str:
    """Return an HTML page: a menu, paragraphs of three sentences, a footer."""
    menu = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(_MENU[language]))
    text = "".join(
        f"<p>{' '.join(sentence(language, seed * 1000 + n * 3 + k) for k in range(3))}</p>"
        for n in range(paragraphs)
    )
    return (
        f"<html><head><title>{language} {seed}</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<main><article><h1>{sentence(language, seed)}</h1>{text}</article></main>"
        f"<footer>© 2024 {_MENU[language][1]}</footer></body></html>"
    )


def record(
    number: int,
    body: bytes,
    content_type: str = "text/html; charset=utf-8",
    *,
    status: int = 200,
    headers: Sequence[str] = (),
) -> bytes:
    """Return one WARC response record, not compressed."""
    lines = [f"HTTP/1.1 {status} OK", f"Content-Type: {content_type}", *headers]
    http = "\r\n".join([*lines, "", ""]).encode() + body
    return _record("response", "application/http; msgtype=response", number, http)


def conversion(number: int, text: str) -> bytes:
    """Return one record of extracted text, as WET files have them."""
    return _record("conversion", "text/plain", number, text.encode())


def archive(records: Iterable[bytes]) -> bytes:
    """Return a .warc.gz of records: a gzip member each."""
    return b"".join(gzip.compress(found, mtime=0) for found in records)


def web(pages: int) -> list[bytes]:
    """Return records of pages, English and Chinese in turn."""
    return [record(n, page(("en", "zh")[n % 2], n).encode()) for n in range(pages)]


def _record(kind: str, content_type: str, number: int, body: bytes) -> bytes:
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>",
        "WARC-Date: 2024-05-06T07:08:09Z",
        f"WARC-Target-URI: https://site.test/{number}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body + b"\r\n\r\n"
