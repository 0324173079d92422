"""The thresholds that were published for the quality signals, as rules for a policy.

Put the lists together as they are wanted, ``Policy(name="web", rules=[*GOPHER_QUALITY, *C4])``, and
name the stages whose signals they look at.
"""

from __future__ import annotations

from ogai_lab.data.types import Rule


def _above(column: str, value: float, reason: str = "") -> Rule:
    return Rule(reason=reason or column, column=column, drop="above", value=value)


def _below(column: str, value: float, reason: str = "") -> Rule:
    return Rule(reason=reason or column, column=column, drop="below", value=value)


GOPHER_QUALITY = [
    _below("gopher_words", 50, "gopher_short_doc"),
    _above("gopher_words", 100_000, "gopher_long_doc"),
    _below("avg_word_length", 3, "gopher_below_avg_threshold"),
    _above("avg_word_length", 10, "gopher_above_avg_threshold"),
    _above("hash_word_ratio", 0.1, "gopher_too_many_hashes"),
    _above("ellipsis_word_ratio", 0.1, "gopher_too_many_ellipsis"),
    _above("bullet_lines_ratio", 0.9, "gopher_too_many_bullets"),
    _above("ellipsis_lines_ratio", 0.3, "gopher_too_many_end_ellipsis"),
    _below("alpha_words_ratio", 0.8, "gopher_below_alpha_threshold"),
    _below("stop_words", 2, "gopher_enough_stop_words"),
]
"""Rae et al. 2021 (arXiv 2112.11446), appendix A.1.1."""

GOPHER_REPETITION = [
    _above("dup_para_frac", 0.30),
    _above("dup_para_char_frac", 0.20),
    _above("dup_line_frac", 0.30),
    _above("dup_line_char_frac", 0.20),
    _above("top_2_gram", 0.20),
    _above("top_3_gram", 0.18),
    _above("top_4_gram", 0.16),
    _above("dup_5_gram", 0.15),
    _above("dup_6_gram", 0.14),
    _above("dup_7_gram", 0.13),
    _above("dup_8_gram", 0.12),
    _above("dup_9_gram", 0.11),
    _above("dup_10_gram", 0.10),
]
"""Rae et al. 2021 (arXiv 2112.11446), table A1."""

C4 = [
    Rule(reason="lorem_ipsum", column="c4_lorem_ipsum", drop="is", value=True),
    Rule(reason="curly_bracket", column="c4_curly_bracket", drop="is", value=True),
    _below("c4_sentences", 5, "too_few_sentences"),
]
"""Raffel et al. 2020 (JMLR 21/140), section 2.2, without its list of bad words."""

FINEWEB = [
    _below("line_punct_ratio", 0.12),
    _above("short_line_ratio", 0.67),
    _above("char_dup_ratio", 0.01),
    _above("list_ratio", 0.3),
]
"""Penedo et al. 2024 (arXiv 2406.17557), section 3.5: the three filters that they kept, and the
list ratio of datatrove's FineWebQualityFilter."""

CHINESE = [
    _below("han_ratio", 0.3, "few_han"),
    _below("han_characters", 50, "zh_short_doc"),
    _above("char_rep_ratio", 0.5, "zh_repetition"),
    _below("zh_line_punct_ratio", 0.106, "zh_line_punct"),
]
"""The 13-gram limit of ChineseWebText (arXiv 2311.01149) and the share of lines of FineWeb-2's
``cmn_Hani`` (arXiv 2506.20920); the least of Han and of length are ours."""
