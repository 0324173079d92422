import random

import ftfy.bad_codecs  # noqa: F401 - has the sloppy codecs
import pytest
from opencc import OpenCC

from ogai_lab.data.extraction.mojibake import repair
from ogai_lab.data.stages import build
from ogai_lab.data.types import StageSpec
from tests.data.test_stages import signals

SENTENCES = [
    "我们今天去看了一场很有意思的电影，大家都说不错。",
    "这家公司的主要产品是面向中小学生的教学软件。",
    "研究人员发现，每天走路半小时对身体有很多好处。",
    "请在开始安装之前先保存所有打开的文件，然后重新启动计算机。",
    "他在北京住了十年，对这里的每一条街道都很熟悉。",
    "新的规定从下个月一日起实行，请各单位做好准备工作。",
    "中国的四大发明对世界文化的发展产生了很大的影响。",
    "如果你有什么问题，可以随时打电话或者写信给我们。",
]
CLEAN = [
    *SENTENCES,
    *(OpenCC("s2t").convert(text) for text in SENTENCES),
    "Ein schöner Tag für Übungen, größer als je zuvor.",
    "L'été dernier, nous étions à la plage près de Nîmes.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "Đây là một câu tiếng Việt có dấu đầy đủ để thử nghiệm.",
    "第１章《红楼梦》甲戌本：贾雨村风尘怀闺秀",
    "麒麟 饕餮 魑魅魍魉 貔貅 鸑鷟",
    "δ λ ψ ω ∑ ∫ √2 ≈ 1.41 ±0.5 °C €20 £5",
]
DIRECTIONS = [
    ("utf-8", "latin-1"),
    ("utf-8", "gb18030"),
    ("gb18030", "latin-1"),
    ("gb18030", "sloppy-windows-1252"),
    ("big5", "latin-1"),
    ("big5", "gb18030"),
    ("gb2312", "big5hkscs"),
    ("utf-8", "big5hkscs"),
]


def planted(right: str, wrong: str) -> list[tuple[str, str]]:
    """Return paragraphs read as `wrong`, where nothing or little is lost, and as they were."""
    chance = random.Random(0)
    found = []
    for _ in range(24):
        text = "".join(chance.sample(SENTENCES, 3))
        text = OpenCC("s2t").convert(text) if right == "big5" else text
        read = text.encode(right, "ignore").decode(wrong, "replace")
        if read.count("\ufffd") <= 0.08 * len(read):
            found.append((text, read))
    return found


def alike(one: str, other: str) -> bool:
    common = sum(a in other for a in one)
    return common >= 0.85 * len(one)


def test_planted_damage_is_found_and_clean_text_is_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows, wrong_alarms = [], [text for text in CLEAN if repair(text).how is not None]
    for right, wrong in DIRECTIONS:
        cases = planted(right, wrong)
        hits = sum(alike(text, repair(read).text) for text, read in cases)
        rows.append((f"{right} as {wrong}", hits, len(cases)))
    every = sum(hits for _, hits, _ in rows)
    with capsys.disabled():
        print("\nmojibake        recall " + ", ".join(f"{n}: {h}/{c}" for n, h, c in rows))
        print(f"precision {every}/{every + len(wrong_alarms)} over {len(CLEAN)} clean texts")
    assert wrong_alarms == []
    assert all(hits >= 0.85 * cases for _, hits, cases in rows)
    assert sum(cases > 0 for _, _, cases in rows) >= 6


def test_lines_are_repaired_alone_and_the_way_is_told() -> None:
    bad = SENTENCES[0].encode("gbk").decode("latin-1")
    text, lines, how = repair(f"Title in English\n{bad}\nend")
    assert (text, lines) == (f"Title in English\n{SENTENCES[0]}\nend", 1)
    assert how in ("gbk as latin-1", "gbk as windows-1252")
    assert repair("schÃ¶n und grÃ¼n").text == "schön und grün"


def test_full_width_forms_survive() -> None:
    text = "价格：１００元（含税），“优惠”！"
    assert repair(text).text == text


def test_what_is_lost_is_told() -> None:
    found = signals("repair", "锟斤拷锟斤拷", "a\ufffdbc", "\ue000\ue001ab", "")
    assert found["lost_ratio"] == [pytest.approx(1 / 3), 0.25, 0.0, None]
    assert found["private_use_ratio"] == [0.0, 0.0, 0.5, None]


def test_one_form_for_what_looks_the_same() -> None:
    punctuation = "“第１章”，《红楼梦》：……（全角）！？\u3000"
    found = signals(
        "normalise", "e\u0301\r\nb\rc\u2028d \n\n\n\ne\u200b\x00", punctuation + "。", "👩\u200d💻"
    )
    assert found["text"] == ["é\nb\nc\nd\n\ne", punctuation + "。", "👩\u200d💻"]
    again = signals("normalise", *map(str, found["text"]))
    assert again["removed_characters"] == [0, 0, 0]


def test_a_key_may_look_past_the_script() -> None:
    pair = ("训练数据的质量", "訓練數據的質量")
    same = signals("exact_duplicate", *pair, fold_script=True)["exact_key"]
    assert same[0] == same[1]
    other = build(StageSpec(stage="exact_duplicate"))
    assert other.options.fold_script is False
