"""A pipeline as YAML: what people read and edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import InvalidInput, require

if TYPE_CHECKING:
    from ogai_lab.data.types import Pipeline


def read(given: str | Path) -> dict[str, Any]:
    """Return the fields in YAML text, or in the file of this name.

    Raises
    ------
    InvalidInput
        When it cannot be read, or is no mapping.
    """
    yaml = require("yaml", "data")
    text = str(given)
    try:
        if isinstance(given, Path) or ("\n" not in text and text.endswith((".yaml", ".yml"))):
            text = Path(given).expanduser().read_text(encoding="utf-8")
        found = yaml.safe_load(text)
    except OSError as exc:
        raise InvalidInput(
            f"The file {str(given)!r} cannot be read: {exc.strerror}.",
            action="Check the path.",
            field="pipeline",
        ) from exc
    except yaml.YAMLError as exc:
        raise InvalidInput(
            f"This is not YAML: {str(exc).splitlines()[0]}.",
            action="Correct the line that it names; pipeline.to_yaml() shows what one looks like.",
            field="pipeline",
        ) from exc
    if not isinstance(found, dict):
        raise InvalidInput(
            f"A pipeline is a mapping, not {type(found).__name__}.",
            action="pipeline.to_yaml() shows what one looks like.",
            field="pipeline",
        )
    return found


def written(pipeline: Pipeline, path: str | Path | None) -> str:
    """Return a pipeline as YAML, without what is as by default; write it to `path`, if given."""
    yaml = require("yaml", "data")

    class Readable(yaml.SafeDumper):  # type: ignore[misc, name-defined]
        """Writes text of several lines as a block."""

    def block(dumper: Any, text: str) -> Any:
        style = "|" if "\n" in text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Readable.add_representer(str, block)
    fields = pipeline.model_dump(mode="json", exclude_defaults=True)
    for place, source in enumerate(pipeline.sources):
        fields["sources"][place] = {"kind": source.kind, **fields["sources"][place]}
    text: str = yaml.dump(fields, Dumper=Readable, sort_keys=False, allow_unicode=True, width=100)
    if path is not None:
        Path(path).expanduser().write_text(text, encoding="utf-8")
    return text
