"""English and Chinese text that is on this machine, for what is measured on text.

English comes from the documentation strings and comments of Python's standard library. Chinese
comes from Debian's manual pages and handbooks where they are installed, else it is made from a list
of words, by a seed.
"""

from __future__ import annotations

import gzip
import random
import re
from pathlib import Path

_PAGES = (
    "/usr/share/doc/debian-reference-common/html/*.zh-cn.html",
    "/usr/share/man/zh_CN/man*/*.gz",
)
_WORDS = (
    "数据 模型 训练 语言 研究 方法 结果 问题 系统 时间 学习 网络 计算 信息 "
    "技术 发展 中国 社会 经济 文化 历史 工作 生活 学生 老师 城市 国家 世界 "
    "市场 企业 产品 服务 管理 环境 科学 教育 健康 音乐 电影 天气 我们 他们 "
    "因为 所以 但是 如果 可以 需要 进行 提高 增加 减少 分析 讨论 认为 表示 "
    "通过 使用 的 了 在 是 和 与 对 从 到 把 被 很 更 最 也"
)


def english(size: int) -> list[str]:
    """Return documents of about `size` bytes together."""
    from ogai_lab.data import sources
    from ogai_lab.data.types import PythonStdlib

    source = PythonStdlib()
    found: list[str] = []
    total = 0
    while total < size:
        for piece in sources.pieces(source):
            for document in sources.documents(source, piece, piece.read()):
                found.append(document.text)
                total += len(document.text.encode())
                if total >= size:
                    return found
    return found


def chinese(size: int) -> list[str]:
    """Return documents of about `size` bytes together."""
    pages = [page for pattern in _PAGES for page in sorted(Path("/").glob(pattern[1:]))]
    found = [text for text in map(_read, pages) if text]
    if not found:
        return _made(size)
    documents: list[str] = []
    total = 0
    while total < size:
        for text in found:
            documents.append(text)
            total += len(text.encode())
            if total >= size:
                break
    return documents


def _read(path: Path) -> str:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
    return re.sub(r"<[^>]+>|^\.\S*\s?", "", text, flags=re.MULTILINE)


def _made(size: int) -> list[str]:
    dice, words = random.Random(7), _WORDS.split()
    documents, total = [], 0
    while total < size:
        sentences = [
            "".join(dice.choices(words, k=dice.randint(5, 18))) + dice.choice("，。。！？；")
            for _ in range(dice.randint(5, 60))
        ]
        text = "\n".join("".join(sentences[at : at + 6]) for at in range(0, len(sentences), 6))
        documents.append(text)
        total += len(text.encode())
    return documents
