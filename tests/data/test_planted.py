"""Planted truth: what the stages find of it, and what they find that is not there."""

from __future__ import annotations

import random

import pytest

from benchmarks.data_planted import measured

_EN = (
    "the a of and to in that it with as for on by this from river stone winter paper garden "
    "teacher letter morning window bridge market engine forest island harbour village summer "
    "question answer history science music weather journey kitchen"
)
_ZH = (
    "数据 模型 训练 语言 研究 方法 结果 问题 系统 时间 学习 网络 计算 信息 技术 发展 社会 经济 "
    "文化 历史 工作 生活 学生 老师 城市 国家 世界 市场 企业 环境 科学 教育 音乐 天气 我们 他们 "
    "因为 所以 但是 如果 可以 需要 提高 增加 减少 分析 讨论 认为 表示 的 了 在 是 和 与 对 从 到"
)


def texts(language: str, count: int) -> list[str]:
    chance = random.Random(language)
    words, between, end = {"en": (_EN, " ", ". "), "zh": (_ZH, "", "。")}[language]
    return [
        "\n".join(
            "".join(between.join(chance.choices(words.split(), k=12)) + end for _ in range(5))
            for _ in range(6)
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_planted_is_found_and_hardly_anything_else(language: str) -> None:
    for kind, (true, false, missed) in measured(language, texts(language, 60)).items():
        print(f"{language} {kind}: precision {true}/{true + false}, recall {true}/{true + missed}")
        assert true
        assert false <= 0.1 * true, kind
        assert missed <= 0.1 * true, kind
