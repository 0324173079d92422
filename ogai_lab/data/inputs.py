"""What people name as input, as sources: a pattern, a file or a folder says by its name what it is.

A folder is what most of its first files are; where that is not meant, give a source instead.
"""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.source_types import (
    HtmlFolder,
    HuggingFace,
    JsonLines,
    Parquet,
    Pdf,
    Source,
    TextFolder,
    Wacz,
    Warc,
)

if TYPE_CHECKING:
    from ogai_lab.data.types import Pipeline

P = TypeVar("P", bound="Pipeline")
Inputs = str | Path | Source | Sequence[str | Path | Source]
_ENDS: tuple[tuple[tuple[str, ...], Callable[..., Any]], ...] = (
    ((".warc", ".warc.gz", ".warc.zst", ".wet", ".wet.gz", ".wet.zst"), Warc),
    ((".wacz",), Wacz),
    ((".jsonl", ".jsonl.gz", ".jsonl.zst", ".ndjson"), JsonLines),
    ((".parquet",), Parquet),
    ((".pdf",), Pdf),
    ((".html", ".htm", ".xhtml"), HtmlFolder),
    ((".txt", ".text", ".md", ".rst"), TextFolder),
)
_LOOKED_AT = 200


def sources_of(inputs: Inputs) -> list[Source]:
    """Return the sources that `inputs` names, with absolute paths.

    Raises
    ------
    InvalidInput
        When it cannot be told what one of them is.
    """
    if isinstance(inputs, str | Path):
        return [_source(inputs)]
    if isinstance(inputs, BaseModel):
        return [inputs]
    return [_source(each) if isinstance(each, str | Path) else each for each in inputs]


def with_sources(pipeline: P, sources: list[Source]) -> P:
    """Return a pipeline over these sources, without ``extract`` where none of them gives pages."""
    from ogai_lab.data.sources import columns

    stages = pipeline.stages
    if "html" not in columns(sources):
        stages = [spec for spec in stages if spec.stage != "extract"]
    return pipeline.model_copy(update={"sources": sources, "stages": stages})


def absolute(path: str | Path) -> str:
    """Return a path that means the same wherever it is read; a URL as it is."""
    place = str(path)
    return place if "://" in place or "::" in place else str(Path(place).expanduser().absolute())


def _source(path: str | Path) -> Source:
    place = absolute(path)
    name = place.rstrip("/*")
    folder = Path(place)
    if "://" not in place and folder.is_dir():
        if (folder / "dataset_info.json").exists() or (folder / "dataset_dict.json").exists():
            return HuggingFace(path=place)
        return _folder(folder)
    kind = _kind(name)
    if kind is None and "://" not in place and not glob.has_magic(place) and not folder.exists():
        from ogai_lab.data.sources.locations import absent

        raise absent(str(path), "inputs")
    if kind is None:
        known = ", ".join(end for ends, _ in _ENDS for end in ends)
        raise InvalidInput(
            f"It cannot be told what {str(path)!r} is.",
            action=f"Known names end with {known}; for others give a source, such as "
            "JsonLines(path=…) from ogai_lab.data.types.",
            field="inputs",
        )
    made: Source = kind(path=place)
    return made


def _folder(folder: Path) -> Source:
    kinds: Counter[Any] = Counter()
    ends: dict[Any, str] = {}
    for number, file in enumerate(folder.rglob("*")):
        kind = _kind(file.name) if number < _LOOKED_AT else None
        if kind is not None:
            kinds[kind] += 1
            ends.setdefault(kind, file.suffix)
        if number >= _LOOKED_AT:
            break
    if not kinds:
        raise InvalidInput(
            f"The folder {str(folder)!r} has no documents of a known kind.",
            action="Give a pattern or a source, such as TextFolder(path=…, pattern='*.tex').",
            field="inputs",
        )
    kind = min(kinds, key=lambda each: (-kinds[each], each.__name__))
    more = {"pattern": f"*{ends[kind]}"} if kind is TextFolder else {}
    made: Source = kind(path=str(folder), **more)
    return made


def _kind(name: str) -> Any:
    for ends, kind in _ENDS:
        if name.lower().endswith(ends):
            return kind
    return None
