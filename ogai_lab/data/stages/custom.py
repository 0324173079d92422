"""A stage of the user's own: its source stands in the pipeline, so the manifest knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_NAME = r"^[^\W\d]\w*$"
ColumnType = Literal["bool", "int32", "int64", "double", "string", "large_string"]


class CustomOptions(Strict):
    """The code of the stage and what it declares; `ogai_lab.data.authoring.stage` fills it in."""

    name: str = Field(pattern=_NAME, max_length=60)
    source: str = Field(min_length=1, max_length=1 << 18, description="Python, whole by itself.")
    function: str = Field(pattern=_NAME, description="Which function of it is the stage.")
    over: Literal["text", "batch"] = "text"
    columns: dict[Annotated[str, Field(pattern=_NAME)], ColumnType] = Field(min_length=1)
    wants: list[str] = Field(default=["text"], min_length=1)
    seconds: float = Field(
        default=10.0,
        gt=0,
        le=3600,
        description="Of computing that a document may take, ten times that of waiting.",
    )

    @field_validator("source")
    @classmethod
    def _parses(cls, source: str) -> str:
        try:
            compile(source, "<stage>", "exec")
        except (SyntaxError, ValueError) as exc:
            raise ValueError(f"this is not Python: {exc}") from exc
        return source


class Custom(Stage[CustomOptions]):
    """Runs the user's function in a process of its own, with a time limit a document.

    A document on which it raises, or takes too long, is set aside with its error.
    """

    name = "custom"
    columns = {}
    options_type = CustomOptions

    def process(self, batch: RecordBatch) -> RecordBatch:
        """Return the batch with the function's columns.

        Raises
        ------
        SetAside
            When the function could not do some documents; it carries the others.
        """
        import pyarrow as pa

        from ogai_lab.data.guard import guard
        from ogai_lab.data.quarantine import SetAside

        made, errors = guard(self.options.model_dump(exclude={"name"}))(batch)
        for column, values in made.items():
            batch = batch.append_column(column, values)
        if not errors:
            return batch
        well = [row for row in range(batch.num_rows) if row not in errors]
        raise SetAside(batch.take(pa.array(well, pa.int64())), errors)

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the function's columns; for a document that it could not do they are null."""
        from ogai_lab.data.guard import guard

        return guard(self.options.model_dump(exclude={"name"}))(batch)[0]


def custom(options: CustomOptions) -> Custom:
    """Return the stage that `options` describes, by its own name and with its own columns."""
    declared = {
        "name": options.name,
        "columns": dict(options.columns),
        "wants": tuple(options.wants),
        "__doc__": f"The user's own stage {options.name!r}.",
    }
    kind: type[Custom] = type("Own", (Custom,), declared)
    return kind(options)
