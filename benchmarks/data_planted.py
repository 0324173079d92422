"""What the stages find of what was planted: precision and recall, known truth, both languages.

Into texts (handbooks of Debian's packages with ``--real``, else text of this machine) go spam,
lines read by the wrong encoding, copies, near copies, personal data with look-alikes, and lines
that a site repeats. Of copies, pairs are counted; pairs that the texts have by themselves count
against precision.

    python -m benchmarks.data_planted [--real FOLDER] [--texts 300]
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import data_corpora
from benchmarks.data_texts import chinese, english
from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.data import corpus as corpora
from ogai_lab.data.course import Run
from ogai_lab.data.extraction.fast import extract
from ogai_lab.data.manifest import load
from ogai_lab.data.stages.terms import listed
from ogai_lab.data.types import JsonLines, Pipeline, Split, StageSpec
from tests.data.executors import Here

Row = dict[str, Any]
Score = tuple[int, int, int]
"""Found and planted, found though not planted, planted and not found."""
STAGES = ("repair", "terms", "pii", "exact", "minhash", "paragraph")
SPAM = {"gambling": 0.02, "adult": 0.02, "advertising": 0.05}
"""The thresholds of the presets."""
PERSONAL = ("email", "ip", "phone", "id", "card")
READ = [
    *("number", "mojibake", "exact_group", "minhash_group", "paragraph_repeated"),
    *(f"{name}_density" for name in SPAM),
    *(f"pii_{kind}" for kind in PERSONAL),
]
_ALIKE = "110101199003070000 4111111111111112 1234567890123 a@b 999.1.1.1"
_FOOT = {
    "en": ["All rights reserved by this site", "Subscribe to our newsletter", "Terms of use"],
    "zh": ["本站保留所有权利", "欢迎订阅我们的电子报", "使用条款与隐私政策"],
}
_ACCENTS = {"en": "The “café” is naïve — and the résumé costs 5 €.", "zh": ""}


def texts(language: str, count: int, real: Path | None) -> list[str]:
    """Return so many texts of 1,000 to 3,000 characters, none twice."""
    if real is None:
        found = {"en": english, "zh": chinese}[language](count * 9000)
    else:
        pages = data_corpora.bodies(data_corpora.archive(real, language, count * 0.02))
        found = [extract(page.decode("utf-8", "replace")).text for page in pages[1:]]
    least = {"en": 1000, "zh": 400}[language]
    cut = [text[: 3 * least] for text in found if len(text) >= least]
    return list(dict.fromkeys(cut))[:count]


def planted(language: str, plain: list[str], dice: random.Random) -> Iterator[tuple[str, str, Any]]:
    """Yield texts with what was planted: kind, text, truth. Each text carries one thing alone."""
    tenth = len(plain) // 10
    clean = [text for text in plain if not any(c.isdigit() or c == "@" for c in text)]
    carriers, alike = clean[:tenth], clean[tenth : 2 * tenth]
    rest = [text for text in plain if text not in {*carriers, *alike}]
    spammed, copied, varied, damaged, framed = (rest[n * tenth : (n + 1) * tenth] for n in range(5))
    for text in rest[5 * tenth :]:
        yield "plain", text, None
    for text in spammed:
        yield "spam", spam(language, text, dice), None
    for number, text in enumerate(copied):
        yield from (("exact", text, ("exact", number)) for _ in range(2))
    for number, text in enumerate(varied):
        yield "near", text, ("near", number)
        yield "near", near(text, dice), ("near", number)
    for text in damaged:
        whole = f"{text}\n{_ACCENTS[language]}\n" if _ACCENTS[language] else text
        yield "mojibake", garbled(whole, language), None
    for text in carriers:
        yield "pii", *personal(text[:600], dice)
    for text in alike:
        yield "alike", f"{text[:600]} {_ALIKE}", None
    for text in framed:
        yield "boilerplate", "\n".join([text, *_FOOT[language]]), None


def spam(language: str, text: str, dice: random.Random) -> str:
    name = dice.choice(list(SPAM))
    terms = [t for t in listed(name) if t.isascii() == (language == "en")] or list(listed(name))
    every = 60 if language == "en" else 25
    parts = [text[at : at + every] for at in range(0, len(text), every)]
    return "".join(f"{part} {dice.choice(terms)} {dice.choice(terms)} " for part in parts)


def near(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) // 2, len(text) - 20)
    return f"{text[:at]}{text[at + 12 :]}\n{dice.random()}"


def garbled(text: str, language: str) -> str:
    wrong = "latin-1" if language == "en" else "gb18030"
    lines = []
    for line in text.split("\n"):
        try:
            lines.append(line.encode().decode(wrong))
        except UnicodeDecodeError:
            lines.append(line.encode().decode("latin-1"))
    return "\n".join(lines)


def personal(text: str, dice: random.Random) -> tuple[str, dict[str, int]]:
    found = {
        "email": f"user{dice.randrange(999)}@example{dice.randrange(9)}.com",
        "ip": f"8.8.{dice.randrange(255)}.{dice.randrange(1, 255)}",
        "phone": f"1{dice.choice('38')}{dice.randrange(10**9):09}",
        "id": identity(dice),
        "card": card(dice),
    }
    return f"{text} " + "; ".join(found.values()), dict.fromkeys(found, 1)


def identity(dice: random.Random) -> str:
    day = f"{dice.randrange(1960, 2005)}0{dice.randrange(1, 9)}1{dice.randrange(9)}"
    body = f"110101{day}{dice.randrange(100, 999)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def card(dice: random.Random) -> str:
    body = [6, 2, 2, 2, *(dice.randrange(10) for _ in range(11))]
    doubled = [digit * 2 - 9 * (digit > 4) if n % 2 == 0 else digit for n, digit in enumerate(body)]
    return "".join(map(str, body)) + str(-sum(doubled) % 10)


def run(folder: Path, rows: list[Row]) -> list[Row]:
    """Return the rows with all signals."""
    file = folder / "texts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    pipeline = Pipeline(
        sources=[JsonLines(path=str(file), columns={"number": "int64", "url": "string"})],
        stages=[StageSpec(stage=name) for name in STAGES],
        split=Split(heldout=0),
        tokenizer=None,
        packing=None,
    )
    store = BlobStore(str(folder / "blobs"))
    made = load(store, Run(pipeline, store, Here())())
    found: list[Row] = corpora.columns(
        store, corpora.loaded(store, Digest(made.tables)), READ
    ).to_pylist()
    return found


def scores(found: list[Row], kinds: list[str], truths: list[Any]) -> dict[str, Score]:
    """Return the score of each kind."""

    def scored(wanted: set[str], says: Callable[[Row], bool]) -> Score:
        hits = [(kinds[row["number"]] in wanted, says(row)) for row in found]
        return (hits.count((True, True)), hits.count((False, True)), hits.count((True, False)))

    made = {
        "spam": scored(
            {"spam"},
            lambda row: any((row[f"{n}_density"] or 0) > most for n, most in SPAM.items()),
        ),
        "mojibake": scored({"mojibake"}, lambda row: row["mojibake"] is not None),
        "exact copies": paired(found, truths, "exact_group", {"exact"}),
        "near copies": paired(found, truths, "minhash_group", {"exact", "near"}),
        "boilerplate": scored({"boilerplate"}, lambda row: (row["paragraph_repeated"] or 0) >= 3),
    }
    for kind in PERSONAL:
        true = false = missed = 0
        for row in found:
            if kinds[row["number"]] in ("pii", "alike"):
                there = (truths[row["number"]] or {}).get(kind, 0)
                got = row[f"pii_{kind}"]
                true += min(there, got)
                false += max(0, got - there)
                missed += max(0, there - got)
        made[f"personal: {kind}"] = (true, false, missed)
    return made


def paired(found: list[Row], truths: list[Any], group: str, wanted: set[str]) -> Score:
    """Return the score of the pairs that share a group."""

    def pairs(groups: dict[Any, list[int]]) -> set[tuple[int, int]]:
        return {
            pair for group in groups.values() for pair in itertools.combinations(sorted(group), 2)
        }

    told: dict[Any, list[int]] = defaultdict(list)
    true: dict[Any, list[int]] = defaultdict(list)
    for row in found:
        number = row["number"]
        if row[group] is not None:
            told[row[group]].append(number)
        if isinstance(truths[number], tuple) and truths[number][0] in wanted:
            true[truths[number]].append(number)
    said, known = pairs(told), pairs(true)
    return len(said & known), len(said - known), len(known - said)


def measured(language: str, plain: list[str]) -> dict[str, Score]:
    """Return the scores of one language."""
    dice = random.Random(1)
    kinds, truths, rows = [], [], []
    for number, (kind, text, truth) in enumerate(planted(language, plain, dice)):
        host = "site" if kind == "boilerplate" else f"host{number}"
        kinds.append(kind)
        truths.append(truth)
        rows.append({"number": number, "text": text, "url": f"https://{host}.test/{number}"})
    with tempfile.TemporaryDirectory() as folder:
        return scores(run(Path(folder), rows), kinds, truths)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=300, help="a language, before planting")
    parser.add_argument("--real", type=Path, help="the folder of real corpora; see data_corpora")
    asked = parser.parse_args()
    worst = 1.0
    for language in ("en", "zh"):
        plain = texts(language, asked.texts, asked.real)
        print(f"{language}: {len(plain)} texts")
        for kind, (true, false, missed) in measured(language, plain).items():
            precision, recall = true / max(1, true + false), true / max(1, true + missed)
            worst = min(worst, precision, recall)
            print(
                f"  {kind:16} precision {precision:7.2%}  recall {recall:7.2%}  of {true + missed}"
            )
    print(f"ratio: {worst:.3f} is the least of all")


if __name__ == "__main__":
    main()
