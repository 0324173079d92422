"""The items of benchmarks, as runs of words to be looked for."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.kernels.letters import MOST, folding
from ogai_lab.data.kernels.text import texts
from ogai_lab.data.kernels.words_of_letters import grams_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogai_lab.data.passes.decontaminate import DecontaminateOptions


class Index(NamedTuple):
    """Runs of words by their hashes (`keys`, sorted), and the item that has each (`items`).

    `names` and `sizes` (different runs) are by item, `groups` is the place of the item's benchmark
    among the sorted names of all.
    """

    keys: NDArray[np.uint64]
    items: NDArray[np.uint32]
    names: list[str]
    sizes: NDArray[np.int64]
    groups: NDArray[np.int64]


def index(options: str) -> Index:
    """Return the items that options of `Decontaminate`, as JSON, name.

    Raises
    ------
    InvalidInput
        When a file cannot be read, or none of its items has as many words as are looked for.
    """
    from ogai_lab.data.passes.decontaminate import DecontaminateOptions

    read = DecontaminateOptions.model_validate_json(options)
    try:
        state = tuple(
            (path, (status := Path(path).stat()).st_mtime_ns, status.st_size)
            for path in read.benchmarks.values()
        )
    except OSError as exc:
        raise _unreadable(str(exc.filename), str(exc.strerror)) from exc
    return _index(options, state)


@functools.lru_cache(maxsize=4)
def _index(options: str, state: tuple[tuple[str, int, int], ...]) -> Index:
    from ogai_lab.data.passes.decontaminate import DecontaminateOptions

    read = DecontaminateOptions.model_validate_json(options)
    owners: list[int] = []
    found: list[str] = []
    names: list[str] = []
    groups: list[int] = []
    for group, name in enumerate(sorted(read.benchmarks)):
        for number, item in enumerate(_items(read.benchmarks[name])):
            fields = _fields(item, read)
            for text in ["\n".join(fields)] if read.joined else fields:
                owners.append(len(names))
                found.append(text)
            names.append(f"{name}:{item.get(read.identifier, number)}")
            groups.append(group)
    keys, items = _runs(found, np.asarray(owners, np.uint32), read.n)
    sizes = np.bincount(items, minlength=len(names))
    long = {groups[item] for item in np.unique(items).tolist()}
    for group, name in enumerate(sorted(read.benchmarks)):
        if group not in long:
            raise InvalidInput(
                f"The benchmark {name!r} has no item with {read.n} words in the fields "
                f"{', '.join(read.fields) or '(all)'}.",
                action="Check the names of its fields, or make n smaller.",
                field="benchmarks",
            )
    return Index(keys, items, names, sizes, np.asarray(groups, np.int64))


def _runs(
    found: list[str], owners: NDArray[np.uint32], n: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    column = texts(pa.array(found, pa.large_string()))
    out = np.empty(MOST * int(column.offsets[-1]) + 1, np.uint64)
    bounds = np.empty(len(found) + 1, np.int64)
    grams_of(column.data, column.offsets, *folding(digits=True), n, out, bounds)
    keys, items = out[: bounds[-1]], np.repeat(owners, np.diff(bounds))
    order = np.lexsort((items, keys))
    keys, items = keys[order], items[order]
    new = np.ones(len(keys), np.bool_)  # fields of one item may share a run
    new[1:] = (keys[1:] != keys[:-1]) | (items[1:] != items[:-1])
    return keys[new], items[new]


def _fields(item: dict[str, Any], options: DecontaminateOptions) -> list[str]:
    wanted = options.fields or [name for name in item if name != options.identifier]
    return [text for name in wanted for text in _texts(item.get(name))]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _items(path: str) -> Iterator[dict[str, Any]]:
    try:
        if path.endswith(".parquet"):
            import pyarrow.parquet as pq

            yield from pq.read_table(path).to_pylist()
            return
        with gzip.open(path, "rt") if path.endswith(".gz") else Path(path).open() as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    item = json.loads(line)
                    if not isinstance(item, dict):
                        raise _unreadable(path, f"line {number} is no object")
                    yield item
    except (OSError, EOFError, ValueError, pa.ArrowException) as exc:
        if isinstance(exc, InvalidInput):
            raise
        raise _unreadable(path, str(exc)) from exc


def _unreadable(path: str, reason: str) -> InvalidInput:
    return InvalidInput(
        f"The benchmark file {path!r} cannot be read: {reason}.",
        action="Give a file of JSON lines (.jsonl, .jsonl.gz) or Parquet (.parquet), an item a "
        "line or row.",
        field="benchmarks",
    )
