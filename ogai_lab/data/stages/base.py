"""What a stage is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from ogai_lab.core.types import Strict

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

O = TypeVar("O", bound=Strict)  # noqa: E741


class NoOptions(Strict):
    """The options of a stage that has none."""


class Stage(Generic[O]):
    """Adds columns to a batch of documents.

    A stage is a pure function of the batch and its options. It never drops, changes or reorders
    documents: whether a signal is reason enough to drop one is the policy's to say, so that a
    threshold can be changed without computing the signals again. Raise `version` with every change
    of what `signals` gives.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    columns: ClassVar[dict[str, str]]
    """The columns that it adds, with their Arrow types."""
    options_type: ClassVar[type[Strict]] = NoOptions

    def __init__(self, options: O) -> None:
        self.options = options

    def process(self, batch: RecordBatch) -> RecordBatch:
        """Return the batch with this stage's columns after its own."""
        import pyarrow as pa

        added = self.signals(batch)
        for column, type_ in self.columns.items():
            batch = batch.append_column(column, added[column].cast(pa.type_for_alias(type_)))
        return batch

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return this stage's columns, in any type that casts to the declared one."""
        raise NotImplementedError
