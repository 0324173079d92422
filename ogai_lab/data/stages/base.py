"""What a stage is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ogai_lab.core.types import Strict

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

O = TypeVar("O", bound=Strict)  # noqa: E741
RAW_TEXT = "raw_text"
"""The column with a text as it was before the first stage that changed it."""


class NoOptions(Strict):
    """The options of a stage that has none."""


class Stage(Generic[O]):
    """Adds columns to a batch of documents, and may put their text anew.

    A stage is a pure function of the batch and its options. It never drops or reorders documents:
    whether a signal is reason enough to drop one is the policy's to say, so that a threshold can
    be changed without computing the signals again. Raise `version` with every change of what
    `signals` gives.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    wants: ClassVar[tuple[str, ...]] = ("text",)
    """The columns that it reads; a pipeline without them is refused."""
    columns: ClassVar[dict[str, str]]
    """The columns that it adds, with their Arrow types."""
    replaces: ClassVar[tuple[str, ...]] = ()
    """The columns that it puts anew: ``("text",)`` or none. ``bytes`` follows the text."""
    options_type: ClassVar[type[Strict]] = NoOptions

    def __init__(self, options: O) -> None:
        self.options = options

    @property
    def changes_text(self) -> bool:
        """Whether it makes another text of the text it is given (not of HTML, say)."""
        return "text" in self.replaces and "text" in self.wants

    def process(self, batch: RecordBatch) -> RecordBatch:
        """Return the batch with this stage's columns after its own, and the text it puts anew."""
        import pyarrow as pa

        made = self.signals(batch)
        for column in self.replaces:
            batch = _put(batch, column, made[column].cast(batch.schema.field(column).type))
        if "text" in self.replaces and "bytes" in batch.schema.names:
            batch = _put(batch, "bytes", _sizes(batch["text"]))
        for column, type_ in self.columns.items():
            batch = batch.append_column(column, made[column].cast(pa.type_for_alias(type_)))
        return batch

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return its columns and those it replaces, in any type that casts to the declared one."""
        raise NotImplementedError


def keeping_raw(stage: Stage[Any], batch: RecordBatch) -> RecordBatch:
    """Return the batch with its text as `raw_text` beside, if the stage is the first to change it.

    Called before each stage of a pipeline that says ``keep_raw``.
    """
    if not stage.changes_text or RAW_TEXT in batch.schema.names:
        return batch
    return batch.append_column(RAW_TEXT, batch["text"])


def _put(batch: RecordBatch, column: str, values: Array) -> RecordBatch:
    return batch.set_column(batch.schema.get_field_index(column), column, values)


def _sizes(text: Array) -> Array:
    import pyarrow.compute as pc

    return pc.cast(pc.binary_length(text), "int64")
