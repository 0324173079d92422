"""Quality signals: Gopher's, C4's and FineWeb's rules against datatrove's filters, same texts.

Prints MB/s a core for both, the ratio, how many verdicts agree, and each document on which they do
not, with both reasons. Each filter sees every document; CPU time of one process. datatrove splits
words with its default, spaCy's English rules, in both languages, as ours do.

``--size MB`` of text a language (0.5), ``--parquet FILE`` takes the column ``text`` of a file
instead of text that is on the machine.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.data_texts import chinese, english
from ogai_lab.data import thresholds
from ogai_lab.data.stages import build
from ogai_lab.data.types import Rule, StageSpec

BAR, AGREEMENT = 100, 0.999
_RULES = {
    "gopher_repetition": thresholds.GOPHER_REPETITION,
    "gopher_quality": thresholds.GOPHER_QUALITY,
    "c4_quality": thresholds.C4,
    "fineweb_quality": thresholds.FINEWEB,
}
_SAME = {f"duplicated_{n}_n_grams": f"dup_{n}_gram" for n in range(5, 11)}
Reasons = dict[str, list[str | None]]


def excerpts(texts: list[str], size: int, seed: int = 0) -> list[str]:
    """Return documents near the rules' edges: parts of texts, some with lines again or mixed."""
    dice = random.Random(seed)
    found, total = [], 0
    while total < size:
        lines = dice.choice(texts).split("\n")
        first = dice.randrange(len(lines))
        part = lines[first : first + dice.choice([5, 15, 40, 100, 300])]
        if dice.random() < 0.2:
            part += part[: dice.randrange(len(part) + 1)]
        if dice.random() < 0.1:
            dice.shuffle(part)
        text = "\n".join(part)[:50_000]
        if text.strip():
            found.append(text)
            total += len(text.encode())
    return found


def ours(batch: pa.RecordBatch) -> tuple[Reasons, float]:
    """Return the reason of each stage's rules for each document, and the seconds of the stages."""
    start = time.process_time()
    for name in _RULES:
        batch = build(StageSpec(stage=name)).process(batch)
    seconds = time.process_time() - start
    return {name: _reasons(batch, rules) for name, rules in _RULES.items()}, seconds


def _reasons(batch: pa.RecordBatch, rules: list[Rule]) -> list[str | None]:
    found: list[str | None] = [None] * batch.num_rows
    for rule in rules:
        for row, value in enumerate(batch[rule.column].to_pylist()):
            if found[row] is None and value is not None and _fits(rule, value):
                found[row] = rule.reason
    return found


def _fits(rule: Rule, value: Any) -> bool:
    if rule.drop == "is":
        return bool(value == rule.value)
    limit = float(rule.value or 0)
    return bool(value < limit if rule.drop == "below" else value > limit)


def theirs(texts: list[str]) -> tuple[Reasons, float]:
    """Return the reasons that datatrove gives, and the seconds of its filters."""
    from datatrove.data import Document
    from datatrove.pipeline import filters

    made = {
        "gopher_repetition": filters.GopherRepetitionFilter(),
        "gopher_quality": filters.GopherQualityFilter(),
        "c4_quality": filters.C4QualityFilter(),
        "fineweb_quality": filters.FineWebQualityFilter(),
    }
    for each in made.values():  # what is loaded once is not timed
        each.filter(Document(text="One two. Three.", id="0"))
    found: Reasons = {name: [] for name in made}
    start = time.process_time()
    for text in texts:
        for name, each in made.items():
            answer = each.filter(Document(text=text, id="0"))
            why = answer[1] if isinstance(answer, tuple) else None
            found[name].append(_SAME.get(why, why) if why else None)
    return found, time.process_time() - start


def compare(language: str, texts: list[str], factor: int) -> None:
    size = sum(len(text.encode()) for text in texts) / 1e6
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    ours(batch.slice(0, 1))  # compiled, or read from where it is kept
    mine, _ = ours(batch)
    # A run of milliseconds says little: the same texts several times over, in memory of their own.
    many = pa.record_batch({"text": pa.array(texts * factor, pa.large_string())})
    seconds = min(ours(many)[1] for _ in range(3)) / factor
    other, peer = theirs(texts)
    pairs = [
        (name, row, a, b)
        for name in _RULES
        for row, (a, b) in enumerate(zip(mine[name], other[name], strict=True))
    ]
    differ = [pair for pair in pairs if (pair[2] is None) != (pair[3] is None)]
    documents = 1 - len({row for _, row, _, _ in differ}) / len(texts)
    reasons = sum(a == b for _, _, a, b in pairs) / len(pairs)
    print(f"{language}: {len(texts)} documents, {size:.2f} MB")
    print(f"  ours       {size / seconds:8.1f} MB/s a core")
    print(f"  datatrove  {size / peer:8.2f} MB/s a core")
    print(f"  ratio: {peer / seconds:.0f} (bar {BAR})")
    print(f"  same verdict on {documents:.2%} of documents (bar {AGREEMENT:.1%});", end=" ")
    print(f"same reason, a rule set: {reasons:.2%}")
    for name, row, a, b in differ:
        print(f"    {name}: ours {a}, datatrove {b}: {texts[row][:80]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=0.5, help="MB of text a language")
    parser.add_argument("--parquet", help="a file with a column 'text'")
    parser.add_argument("--language", choices=["en", "zh", "both"], default="both")
    asked = parser.parse_args()
    size = int(asked.size * 1e6)
    factor = max(1, int(4 / asked.size))
    if asked.parquet:
        texts = pq.read_table(asked.parquet)["text"].to_pylist()
        compare(asked.parquet, excerpts(texts, size), factor)
        return
    for language, read in (("en", english), ("zh", chinese)):
        if asked.language in (language, "both"):
            compare(language, excerpts(read(size), size), factor)


if __name__ == "__main__":
    main()
