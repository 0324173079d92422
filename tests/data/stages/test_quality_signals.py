"""What was published of the quality filters: texts and verdicts of datatrove, dolma; the papers.

Values and cases are those of datatrove's tests/pipeline/filters/test_filters.py and of dolma's
tests/python/test_gopher.py and test_c4.py; no code is.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

from ogai_lab.data import thresholds
from ogai_lab.data.stages import build
from ogai_lab.data.types import Rule, StageSpec

FRODO = (
    "I wish it need not have happened in my time,' said Frodo. 'So do I,' said Gandalf, 'and so do "
    "all who live to see such times. But that is not for them to decide. All we have to decide is "
    "what to do with the time that is given us.'"
)
FATHER = "I am your father.\n"
FRANK = "I am Frank, you are Jhon. I am Frank. I am Frank you are Jhon"
SMALL = [Rule.model_validate(rule.model_dump()) for rule in thresholds.GOPHER_QUALITY]
SMALL[0].value, SMALL[1].value = 10, 1000


def signals(stage: str, text: str) -> dict[str, float]:
    batch = pa.record_batch({"text": pa.array([text], pa.large_string())})
    row = build(StageSpec(stage=stage)).process(batch).to_pylist()[0]
    return {name: value for name, value in row.items() if name != "text"}


def reason(stage: str, rules: list[Rule], text: str) -> str | None:
    row = signals(stage, text)
    for rule in rules:
        value = row[rule.column]
        if value is None or rule.value is None:
            continue
        drops = {
            "below": value < rule.value,
            "above": value > rule.value,
            "is": value == rule.value,
        }
        if drops[rule.drop]:
            return rule.reason
    return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FATHER * 4, "dup_line_frac"),
        ("I am your father.\n\n" * 4, "dup_para_frac"),
        (
            "I am groot.\n\nYou are a wizard.\n\nI am your father.\n\n" + f"{'x' * 30}.\n\n" * 2,
            "dup_para_char_frac",
        ),
        (
            "I am groot.\nYou are a wizard.\n" + FATHER + f"{'x' * 40}.\n" * 2,
            "dup_line_char_frac",
        ),
        ("I am Frank, I am Frank, I am Frank", "top_2_gram"),
        (FRANK, "top_3_gram"),
        ("I am a solo traveller " * 4 + FRODO, "dup_5_gram"),
        (FRODO, None),
    ],
)  # fmt: skip
def test_gopher_repetition_says_what_datatrove_says(text: str, expected: str | None) -> None:
    assert reason("gopher_repetition", thresholds.GOPHER_REPETITION, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am too small...", "gopher_short_doc"),
        ("I am " * 20, "gopher_below_avg_threshold"),
        ("interconnection " * 20, "gopher_above_avg_threshold"),
        ("# comment " * 20, "gopher_too_many_hashes"),
        ("... comment " * 20, "gopher_too_many_ellipsis"),
        ("./!*?<><> apple orange interconnection " * 20, "gopher_below_alpha_threshold"),
        (
            "the ./!*?<><> apple <?////> orange  ++ interconnection !<>??? have" * 20,
            "gopher_below_alpha_threshold",
        ),
        (FRODO, None),
    ],
)
def test_gopher_quality_says_what_datatrove_says(text: str, expected: str | None) -> None:
    assert reason("gopher_quality", SMALL, text) == expected


def test_gopher_quality_counts_what_dolma_counts() -> None:
    assert signals("gopher_quality", "The.and.that")["stop_words"] == 0
    assert signals("gopher_quality", "The and that")["stop_words"] == 2
    text = "This is a sentence. \n  \n This is another sentence.\n\n  This is a third sentence."
    found = signals("gopher_quality", text)
    assert found["gopher_words"] == 13
    assert (found["bullet_lines_ratio"], found["ellipsis_lines_ratio"]) == (0, 0)
    repeated = signals("gopher_repetition", text)
    assert repeated["dup_line_frac"] == repeated["dup_5_gram"] == repeated["dup_10_gram"] == 0
    # dolma divides by the characters of words (59), datatrove and we by all (79); "This is", thrice
    # of nine with the words' spaces, seven without.
    assert repeated["top_2_gram"] == pytest.approx(3 * 7 / 79)


@pytest.mark.parametrize(
    ("text", "lines", "kept"),
    [
        (
            "This is a test.\nIt has more;\nA trailing space! \nShould be good on this one.\n"
            "This one is bad\n",
            5,
            3,
        ),
        ("Short!\nThis short.\nBarely above the limit!\nthis is last frontier.", 4, 2),
        ("This is a test of javascript.\nWe use cookies for this.\nSo it goes on...", 3, 0),
        ("All of this is true.[1]\nAnd this is so.[edit]\nIt is [3]", 3, 2),
    ],
)
def test_c4_keeps_the_lines_that_dolma_and_datatrove_keep(text: str, lines: int, kept: int) -> None:
    found = signals("c4_quality", text)
    assert (found["c4_lines"], found["c4_kept_lines"]) == (lines, kept)


C4_REST = (
    "Another sentence with proper punctuation.\nMore content to fill out the document.\n"
    "Even more content is needed to pass the check.\nThe final sentence of the document."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"This is a well-written paragraph with several sentences.\n{C4_REST}", None),
        (f"This is a sentence with lorem ipsum dolor sit amet.\n{C4_REST}", "lorem_ipsum"),
        (f"This is some code with a {{ bracket.\n{C4_REST}", "curly_bracket"),
        ("Just one sentence.", "too_few_sentences"),
    ],
)
def test_c4_says_what_datatrove_says(text: str, expected: str | None) -> None:
    assert reason("c4_quality", thresholds.C4, text) == expected


def test_c4_rules_are_the_papers() -> None:
    five = "So it goes on. " * 4
    cases = {
        f"{five}The end.": None,
        f"{five}": "too_few_sentences",
        f"{five}Lorem Ipsum again.": "lorem_ipsum",
        f"{five}It is {{}} here.": "curly_bracket",
    }
    for text, expected in cases.items():
        assert reason("c4_quality", thresholds.C4, text) == expected, text


def test_fineweb_rules() -> None:
    good = "A line that is long enough to be none of the short ones, and ends.\n"
    many = "".join(good.replace("line", f"line {n}") for n in range(4))
    cases = {
        many: None,
        many.replace(".", ""): "line_punct_ratio",
        many + good * 2: "char_dup_ratio",
        many + "Short.\n" * 1 + "".join(f"{n}. So.\n" for n in range(12)): "short_line_ratio",
        many + "\n" * 40: "list_ratio",
        " \n": "line_punct_ratio",
    }
    with_empty = signals("fineweb_quality", "A line that ends.\n\n \n\nAnother that ends.\n")
    assert with_empty["line_punct_ratio"] == 1  # empty lines are none
    for text, expected in cases.items():
        assert reason("fineweb_quality", thresholds.FINEWEB, text) == expected, text


def test_table_a1_is_as_it_was_printed() -> None:
    found = {rule.column: rule.value for rule in thresholds.GOPHER_REPETITION}
    assert found == {
        "dup_line_frac": 0.30, "dup_para_frac": 0.30,
        "dup_line_char_frac": 0.20, "dup_para_char_frac": 0.20,
        "top_2_gram": 0.20, "top_3_gram": 0.18, "top_4_gram": 0.16,
        "dup_5_gram": 0.15, "dup_6_gram": 0.14, "dup_7_gram": 0.13,
        "dup_8_gram": 0.12, "dup_9_gram": 0.11, "dup_10_gram": 0.10,
    }  # fmt: skip
    assert {rule.drop for rule in thresholds.GOPHER_REPETITION} == {"above"}
