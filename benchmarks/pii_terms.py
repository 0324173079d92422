"""Finding personal data and terms: megabytes a second of one core, beside what others do it with.

The peers are datatrove's ``PIIFormatter`` (two regular expressions: mail and IP addresses) for the
first, and for the second Python's own regular expressions over the same lists, the text written
small and simplified before (OpenCC), as is usual.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import unicodedata
from collections.abc import Callable

import pyarrow as pa

from benchmarks.data_texts import chinese, english
from ogai_lab.data.stages.pii import Pii, PiiOptions
from ogai_lab.data.stages.terms import Terms, TermsOptions, listed

BAR = 50.0
ROUNDS = 3


def planted(texts: list[str]) -> list[str]:
    """Return the texts, every tenth with something to find in its middle."""
    spam = " 联系 13800138000 或 x.y@example.com，IP 8.8.8.8，线上娱乐 casino bonus "
    return [
        text[: len(text) // 2] + spam + text[len(text) // 2 :] if number % 10 == 0 else text
        for number, text in enumerate(texts)
    ]


def rate(work: Callable[[], object], size: int) -> float:
    """Return megabytes a second of the best of some rounds, of this process's time."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return size / min(seconds) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=8, help="megabytes of each language")
    size = parser.parse_args().size << 20
    from datatrove.data import Document
    from datatrove.pipeline.formatters import PIIFormatter
    from opencc import OpenCC

    pii, terms = Pii(PiiOptions()), Terms(TermsOptions())
    simple = OpenCC("t2s")
    alternatives = sorted(
        {term for name in ("advertising", "gambling", "adult", "toxic") for term in listed(name)},
        key=len,
        reverse=True,
    )
    pattern = re.compile("|".join(map(re.escape, alternatives)))
    peer = PIIFormatter()
    print(f"{'MB/s of a core':20}{'ours':>10}{'the peer':>12}{'ratio':>10}")
    slowest, ratios = float("inf"), []
    for language, texts in (("en", planted(english(size))), ("zh", planted(chinese(size)))):
        batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
        count = sum(len(text.encode()) for text in texts)
        some = texts[: max(1, len(texts) // 8)]
        share = sum(len(text.encode()) for text in some)
        pii.process(batch.slice(0, 1)), terms.process(batch.slice(0, 1))  # compiled once

        def regex(some: list[str] = some) -> None:
            for text in some:
                written = simple.convert(unicodedata.normalize("NFKC", text).casefold())
                sum(len(match[0]) for match in pattern.finditer(written))

        def formatter(some: list[str] = some) -> None:
            for text in some:
                peer.format(Document(text=text, id="").text)

        for name, ours, theirs in (
            ("personal data", lambda batch=batch: pii.process(batch), formatter),
            ("terms", lambda batch=batch: terms.process(batch), regex),
        ):
            mine, others = rate(ours, count), rate(theirs, share)
            slowest = min(slowest, mine)
            ratios.append(mine / others)
            print(f"{name + ', ' + language:20}{mine:10.1f}{others:12.1f}{mine / others:9.1f}x")
    print(f"bar: {BAR:.0f} MB/s of a core")
    print(f"ratio: {min(ratios):.1f} times the peer's speed at least")
    if slowest < BAR:
        sys.exit("below the bar")


if __name__ == "__main__":
    main()
