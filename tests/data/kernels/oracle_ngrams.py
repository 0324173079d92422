"""Repeated n-grams in plain Python."""

from __future__ import annotations

from collections import Counter


def top(words: list[str], n: int) -> int:
    """Return the characters of the most frequent n-gram, all its occurrences."""
    grams = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    if not grams:
        return 0
    gram, times = grams.most_common(1)[0]
    return len(" ".join(gram)) * times


def duplicate(words: list[str], n: int) -> int:
    """Return the characters of n-grams that came before, none counted twice."""
    seen: set[tuple[str, ...]] = set()
    i = characters = 0
    while i <= len(words) - n:
        gram = tuple(words[i : i + n])
        if gram in seen:
            characters += len("".join(gram))
            i += n
        else:
            seen.add(gram)
            i += 1
    return characters
